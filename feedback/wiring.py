"""What feedback registers with the house: navigation, panels, jobs, commands' steps."""

from voc.registry import registry


def connect() -> None:
    """Called once from AppConfig.ready."""
    from feedback.models import Comment, Customer
    from feedback import search
    from feedback.services import analysis, rollups

    registry.rebuild.setdefault("rollups", []).append(rollups.rebuild)
    registry.rebuild.setdefault("search", []).append(search.rebuild)
    registry.rebuild.setdefault("analysis", []).append(analysis.rebuild)
    registry.holds_data.append(lambda: Comment.objects.exists() or Customer.objects.exists())
