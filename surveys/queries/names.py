"""What the parts of a cut are called on a page."""

from django.utils.translation import gettext as _

from voc.templatetags.written import NO_DATA


def dimension_name(dimension: str) -> str:
    names = {
        "segment": _("お客様の区分"),
        "channel": _("答えた経路"),
        "language": _("言語"),
        "version": _("アンケートの版"),
        "device": _("端末"),
    }
    return names[dimension]


def part_name(dimension: str, part: str) -> str:
    """The part in words; what nobody named stays as it is."""
    if not part:
        return _("不明") if dimension == "device" else _("区分なし") if dimension == "segment" else str(NO_DATA)
    if dimension == "channel":
        return channel_name(part)
    if dimension == "version":
        return _("第%(number)s版") % {"number": part}
    if dimension == "device":
        return {"phone": _("スマートフォン"), "tablet": _("タブレット"), "desktop": _("パソコン")}.get(part, part)
    if dimension == "language":
        return {"ja": _("日本語"), "en": _("英語")}.get(part, part)
    return part


def channel_name(channel: str) -> str:
    names = {
        "link": _("リンク"),
        "qr": "QR",
        "mail": _("メール"),
        "kiosk": _("店頭"),
        "widget": _("サイト内"),
        "api": "API",
    }
    return str(names.get(channel, channel))


def flag_name(flag: str) -> str:
    return {"speeder": _("早すぎる回答"), "straightliner": _("同じ列ばかりの回答")}.get(flag, flag)
