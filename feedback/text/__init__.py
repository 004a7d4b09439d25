"""Japanese comments read: clauses, topics, polarity, intent, compounds, masks. No Django here."""

from .analysis import ANALYSIS_VERSION, MAX_CHARS, Analysis, Clause, analyse, analyse_many
from .masking import mask
from .normal import Normal, normalise, sanitise
from .taxonomy import Taxonomy, Topic, TopicHit, default_taxonomy
from .tokens import Token, tokenise

__all__ = [
    "ANALYSIS_VERSION",
    "MAX_CHARS",
    "Analysis",
    "Clause",
    "Normal",
    "Taxonomy",
    "Token",
    "Topic",
    "TopicHit",
    "analyse",
    "analyse_many",
    "default_taxonomy",
    "mask",
    "normalise",
    "sanitise",
    "tokenise",
]
