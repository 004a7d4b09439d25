"""Files of voices, people and orders become rows, each once, however often they are sent."""

from feedback.imports.comments import import_comments
from feedback.imports.customers import import_customers
from feedback.imports.mapping import UnknownColumn
from feedback.imports.orders import import_orders
from feedback.imports.report import Report

__all__ = ["Report", "UnknownColumn", "import_comments", "import_customers", "import_orders"]
