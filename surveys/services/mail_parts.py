"""The HTML part of an invitation: the first question, to be answered with one press.

A link only opens the form with that answer selected. Programs that look through mail open links
too; nothing is recorded before the form is sent.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from surveys.forms.shown import scale_labels
from surveys.queries.definitions import Definition
from surveys.questions.asked import OTHER, Asked

# More choices than this are read better on the form.
MOST_CHOICES = 12
_CHROME = frozenset({"ja", "en"})
_FONT = "font-family:'Hiragino Sans','Noto Sans JP','Yu Gothic UI',Meiryo,sans-serif;"
# Both colours of a pair are always set: a mail program that turns one round turns both.
_TEXT = f"{_FONT}margin:0 0 16px;color:#1a242c;font-size:16px;line-height:1.8;"
_SMALL = f"{_FONT}margin:0 0 12px;color:#475159;font-size:13px;line-height:1.7;"
_CELL = (
    f"{_FONT}display:block;min-width:44px;padding:12px 0;border:1px solid #7d868a;border-radius:7px;"
    "background-color:#ffffff;color:#165773;font-size:18px;line-height:24px;text-align:center;"
    "text-decoration:none;"
)
_ROW = (
    f"{_FONT}display:block;padding:12px 16px;border:1px solid #7d868a;border-radius:7px;"
    "background-color:#ffffff;color:#165773;font-size:16px;line-height:24px;text-decoration:none;"
)
_QUIET = f"{_FONT}color:#165773;background-color:#fdfdfc;font-size:13px;line-height:1.7;"
_DARK = (
    "@media (prefers-color-scheme:dark){.b,.s{background-color:#161b1e!important}"
    ".s,.s p{color:#e9eae5!important}"
    ".s a{background-color:#1f252a!important;color:#7dc3dd!important;border-color:#6d767c!important}}"
)


def html_part(
    definition: Definition,
    invitation_url: str,
    language: str,
    *,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> str:
    """A whole HTML document that says what the plain text says; no image, no script, no tracking.

    `before` and `after` are further paragraphs of plain text, such as what the mail is about and
    until when the link is good.
    """
    texts = definition.texts(language)
    with override(language if language in _CHROME else "en"):
        operator = " ".join(definition.operator.split())
        greeting = _("%(operator)sです。いつもご利用いただき、ありがとうございます。") % {
            "operator": operator
        }
        stop = _at(invitation_url, path="stop/")
        kept = _("運営者：%(operator)s　お問い合わせ・削除のご依頼：%(contact)s　保管する期間：%(months)sか月") % {
            "operator": operator, "contact": definition.contact, "months": definition.retention_months,
        }  # fmt: skip
        return format_html(
            '<!doctype html><html lang="{}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            '<meta name="supported-color-schemes" content="light dark"><title>{}</title>'
            "<style>{}</style></head>"
            '<body class="b" style="margin:0;padding:0;background-color:#fdfdfc;">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
            '<td align="center" style="padding:20px 12px;">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
            'style="max-width:560px;"><tr><td class="s" align="left" '
            'style="padding:0;background-color:#fdfdfc;color:#1a242c;">{}{}{}{}{}{}</td></tr></table>'
            "</td></tr></table></body></html>",
            language,
            texts.title,
            SafeString(_DARK),
            _paragraphs([greeting, *before], _TEXT)
            + _paragraphs(
                [texts.title], _TEXT + "font-size:20px;font-weight:bold;line-height:1.5;"
            ),
            _question(definition, invitation_url, language),
            _paragraphs(after, _TEXT),
            _paragraphs([_("ご回答の使いみち：%(purpose)s") % {"purpose": texts.purpose}], _SMALL),
            _paragraphs([kept], _SMALL),
            _link(stop, _("今後は受け取らない"), _QUIET),
        )


def _paragraphs(texts: Sequence[str], style: str) -> SafeString:
    return format_html_join("", '<p style="{}">{}</p>', ((style, one) for one in texts if one))


def _joined(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _link(url: str, words: str, style: str) -> SafeString:
    return format_html('<a href="{}" style="{}">{}</a>', url, style, words)


def _at(url: str, path: str = "", **query: object) -> str:
    parts = urlsplit(url)
    more = urlencode([*parse_qsl(parts.query), *query.items()])
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/" + path, query=more))


def _question(definition: Definition, url: str, language: str) -> SafeString:
    """The first question with its answers as links; only a link to the form where it is no scale."""
    opened = _link(_at(url), _("アンケートを開く"), _ROW)
    question = definition.opener
    # With other wordings being tried, or an order drawn by lot, the form decides what is first.
    if question is None or question.variants or definition.shuffle or not _pressable(question):
        return format_html('<p style="{}">{}</p>', _TEXT, opened)
    words = question.words(language)
    note = _("押しただけでは送信されません。開いた画面で確かめて、お送りください。")
    return format_html(
        "{}{}{}",
        _paragraphs([words.label], _TEXT + "font-weight:bold;"),
        _answers(question, url, language),
        _paragraphs([note], _SMALL),
    )


def _pressable(question: Asked) -> bool:
    return len(question.choice_ids) <= MOST_CHOICES


def _answers(question: Asked, url: str, language: str) -> SafeString:
    words = question.words(language)
    if question.kind == "nps":
        low, high = words.low or _("まったく思わない"), words.high or _("とても思う")
        points = [[str(one) for one in range(6)], [str(one) for one in range(6, 11)]]
        return _grid(url, points, f"0　{low}", f"10　{high}", 6)
    if question.kind == "csat":
        rows = [
            (str(value), f"{value}　{label}")
            for value, label in scale_labels(words.low, words.high)
        ]
        return _list(url, rows)
    if question.kind == "single":
        rows = [(choice.id, choice.label) for choice in words.choices]
        rows += [(OTHER, _("その他"))] if question.options.get(OTHER) else []
        return _list(url, rows)
    low, high = words.low, words.high
    if question.kind == "ces":
        low, high = low or _("まったくそう思わない"), high or _("とてもそう思う")
    numbers = [str(one) for one in range(question.lowest, question.highest + 1)]
    # At 320 px a row holds six cells of 44 px; longer scales break in the middle.
    wide = len(numbers) if len(numbers) <= 6 else (len(numbers) + 1) // 2
    rows_of = [numbers[start : start + wide] for start in range(0, len(numbers), wide)]
    captions = (f"{numbers[0]}　{low}" if low else "", f"{numbers[-1]}　{high}" if high else "")
    return _grid(url, rows_of, *captions, wide)


def _grid(url: str, rows: list[list[str]], low: str, high: str, wide: int) -> SafeString:
    share = f"{100 // wide}%"
    lines = []
    for row in rows:
        cells = [
            format_html(
                '<td width="{}" style="padding:2px;">{}</td>',
                share,
                _link(_at(url, a=one), one, _CELL),
            )
            for one in row
        ]
        cells += [format_html('<td width="{}"></td>', share)] * (wide - len(row))
        lines.append(format_html("<tr>{}</tr>", _joined(cells)))
    table = format_html(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="max-width:420px;">{}</table>',
        _joined(lines),
    )
    return format_html(
        "{}{}{}", _paragraphs([low], _SMALL), table, _paragraphs([high], _SMALL + "margin-top:6px;")
    )


def _list(url: str, rows: Sequence[tuple[str, str]]) -> SafeString:
    lines = format_html_join(
        "",
        '<tr><td style="padding:3px 0;">{}</td></tr>',
        ((_link(_at(url, a=value), label, _ROW),) for value, label in rows),
    )
    return format_html(
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">{}</table>',
        lines,
    )
