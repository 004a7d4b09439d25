"""What feedback registers with the house: navigation, panels, jobs, commands' steps."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from voc.access import EVERYONE
from voc.registry import NavEntry, later, registry


def connect() -> None:
    """Called once from AppConfig.ready."""
    from feedback import search, wiring_backlog
    from feedback.models import Comment, Customer
    from feedback.services import analysis, rollups

    registry.nav += [
        NavEntry(10, _("ホーム"), "home", "home", EVERYONE, "/"),
        NavEntry(30, _("声"), "comments", "message-2", EVERYONE, "/comments/"),
        NavEntry(40, pgettext_lazy("list", "話題"), "topics", "tags", EVERYONE, "/topics/"),
        NavEntry(80, _("指標"), "scores", "chart-line", EVERYONE, "/scores/"),
    ]
    registry.rebuild.setdefault("rollups", []).append(rollups.rebuild)
    registry.rebuild.setdefault("search", []).append(search.rebuild)
    registry.rebuild.setdefault("analysis", []).append(analysis.rebuild)
    registry.holds_data.append(lambda: Comment.objects.exists() or Customer.objects.exists())
    registry.demo += [
        (10, _("デモを作っています"), later("feedback.demo.load.generate")),
        (11, _("お客様"), later("feedback.demo.load.people")),
        (12, _("受信箱"), later("feedback.demo.load.teams")),
        (20, _("声と点数"), later("feedback.demo.load.voices")),
        (50, _("声の読み取り"), later("feedback.demo.load.read")),
        (60, _("改善の記録"), later("feedback.demo.load_backlog.backlog")),
    ]
    wiring_backlog.connect()
