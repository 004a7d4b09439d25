"""Invented content for the components page: long names, nobody, zero, too many, late, undecided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from voc import charts
from voc.paging import Page

# A fixed moment, so that the page looks the same on every day: 2026-11-20 9:12 in Tokyo.
NOW = datetime(2026, 11, 20, 0, 12, tzinfo=UTC)
HOUR = 3600


class SampleForm(forms.Form):
    """One field of every kind, sent once with mistakes."""

    subject = forms.CharField(
        label="件名", help_text="お客様にも見えます。30字ほどに収めてください。", max_length=80
    )
    email = forms.EmailField(label="連絡先のメールアドレス", required=False)
    count = forms.IntegerField(label="表示に必要な回答数", initial=10, min_value=1)
    day = forms.DateField(
        label="公開日", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    topic = forms.ChoiceField(
        label="話題",
        choices=[
            ("1", "配送の遅れ（大型便）"),
            ("2", "定期便の解約手順"),
            ("3", "送料の分かりにくさ"),
        ],
    )
    polarity = forms.ChoiceField(
        label="評価",
        choices=[("positive", "よい"), ("negative", "よくない"), ("neutral", "どちらでもない")],
        widget=forms.RadioSelect,
        required=False,
    )
    channels = forms.MultipleChoiceField(
        label="お知らせする方法",
        choices=[("mail", "メール"), ("line", "LINE"), ("page", "「お声とその後」のページ")],
        widget=forms.CheckboxSelectMultiple,
        help_text="お客様が受け取りに同意している方法だけを使います。",
    )
    body = forms.CharField(label="お知らせの文面", widget=forms.Textarea(attrs={"rows": 4}))
    file = forms.FileField(label="添付ファイル", required=False)
    close = forms.BooleanField(label="送ったら対応済みにする", required=False)


def _form() -> SampleForm:
    return SampleForm(
        {
            "subject": "",
            "email": "tantou＠minamo.example",
            "count": "10",
            "topic": "1",
            "polarity": "negative",
            "channels": ["mail"],
            "body": "7月3日に「送料が最後の画面まで分からない」とお寄せいただいた件です。",
        }
    )


CLAUSES = [
    {
        "text": "アプリは前より見やすくなって、注文もとても便利になりました",
        "polarity": "positive",
        "note": 1,
    },
    {"text": "。ただ、", "polarity": ""},
    {"text": "大型の棚の到着が予定より3日遅れ", "polarity": "negative", "note": 2},
    {"text": "、その間、", "polarity": ""},
    {"text": "こちらから電話するまで何の連絡もありませんでした", "polarity": "negative", "note": 3},
    {"text": "。", "polarity": ""},
    {
        "text": "遅れると分かった時点でメールを一通いただけないでしょうか",
        "polarity": "neutral",
        "note": 4,
    },
    {"text": "。", "polarity": ""},
]


def _nps_line(*, compact: bool) -> charts.Chart:
    values = [
        -27.5,
        -28.0,
        -26.0,
        -25.5,
        -26.8,
        -24.1,
        -23.0,
        -25.7,
        -24.2,
        -21.3,
        -22.4,
        -20.1,
        -17.9,
    ]
    points = [
        charts.Point(
            label=f"{index + 1}週目",
            value=value,
            low=value - 6.4,
            high=value + 6.6,
            tick=f"{8 + index // 4}月" if index % 4 == 0 else "",
        )
        for index, value in enumerate(values)
    ]
    return charts.line_chart(
        points,
        summary="NPSは13週で−27.5から−17.9になりました。",
        releases=[charts.Mark(4, "配送日時の指定を開始"), charts.Mark(8, "送料を商品ページに表示")],
        compact=compact,
    )


def _charts() -> list[dict[str, charts.Chart]]:
    answers = (9, 4, 6, 13, 24, 118, 96, 70, 84, 75, 105)
    effects = [
        charts.Interval("送料を商品ページに表示", -34, -48, -17, True, True, "改善した"),
        charts.Interval("再配達の依頼画面を短縮", -12, -31, 11, False, None, "判断できない"),
    ]
    drawn = [
        (_nps_line(compact=False), _nps_line(compact=True)),
        (
            charts.histogram(answers, summary="0から10の回答の分布です。"),
            charts.histogram(answers, summary="0から10の回答の分布です。", compact=True),
        ),
        (
            charts.interval_plot(effects, summary="直したあとの声の増減です。"),
            charts.interval_plot(effects, summary="直したあとの声の増減です。", compact=True),
        ),
    ]
    return [{"chart": wide, "compact": small} for wide, small in drawn]


def samples() -> dict[str, Any]:
    """The context of `voc/ui.html`."""
    return {
        "components": True,
        "form": _form(),
        "clauses": CLAUSES,
        "now": NOW,
        "yesterday": NOW - timedelta(days=1),
        "later": NOW + timedelta(days=4),
        "minus": -17.9,
        "minus_fraction": -0.34,
        "low": -0.48,
        "high": -0.17,
        "none": None,
        "late_seconds": -(2 * HOUR + 17 * 60),
        "soon_seconds": 42 * 60,
        "today_seconds": 7 * HOUR + 40 * 60,
        "far_seconds": 4 * 24 * HOUR,
        "tones": ["", "ai", "matsu", "ebi", "kaki", "shu", "dashed"],
        "names": ["佐藤", "鈴木", "田中", "高橋", "A. Okafor", "﨑山"],
        "steps": [
            {"label": "候補", "state": "done", "note": "7月2日"},
            {"label": "整理", "state": "done", "note": "7月9日"},
            {"label": "計画", "state": "done", "note": "7月22日"},
            {"label": "着手", "state": "done", "note": "8月3日"},
            {"label": "公開", "state": "done", "note": "9月7日"},
            {"label": "伝えた", "state": "partial", "note": "41人・あと3人"},
            {"label": "測った", "state": "now", "note": "11月23日に判定"},
            {"label": "完了", "state": "ahead", "note": ""},
        ],
        "told_reasons": [("利用目的の範囲外", 4), ("受け取らない設定", 3), ("連絡先がない", 2)],
        "timeline": [
            {
                "at": NOW - timedelta(days=4),
                "title": "改善したと認める",
                "by": "田中",
                "note": "区間が0をまたがず、最小の効果を超えた。",
            },
            {
                "at": NOW - timedelta(days=74),
                "title": "公開する",
                "by": "佐藤",
                "note": "ウェブの全員。アプリ版は審査のあと。",
            },
            {
                "at": NOW - timedelta(days=134),
                "title": "「送料無料の下限を下げる」は見送る",
                "by": "田中",
                "note": "採算が合わないため。理由は公開済み。",
            },
        ],
        "plan": [
            ("見る数", "「送料が分かりにくい」の声の割合"),
            ("よい向き", "減る（最小の効果 −15%）"),
            ("比べ方", "同じように増えていた話題と比べる"),
            ("期間", "公開から1週おいて8週"),
        ],
        "topics": [
            {"name": "配送の遅れ（大型便）", "n": 48, "people": 44, "expected": 20.1, "ratio": 2.4},
            {"name": "定期便の解約手順", "n": 31, "people": 29, "expected": 17.8, "ratio": 1.7},
            {
                "name": "注文確認メールに記載された到着予定日と実際の到着日の違い",
                "n": 1284,
                "people": 1102,
                "expected": 1207.5,
                "ratio": 1.1,
            },
            {"name": "領収書", "n": 0, "people": 0, "expected": 0.4, "ratio": None},
        ],
        "page": Page([], next="next", previous="previous"),
        "note_text": "11月17日の倉庫切り替えで、同じ症状が4件あります。返品送料は当店負担で統一と決まりました。",
        "message_text": "お世話になっております。\n\n先週受け取ったはずの定期便と同じ箱が、今朝また届きました。"
        "引き落としも2回になっているようです。どちらか一つを返品したいのですが、送料はどうなりますか。",
        "answer_text": "このたびは、同じお品を重ねてお届けしてしまい、申し訳ございません。"
        "返品の送料は当店が負担いたします。",
        "charts": _charts(),
        "csat_options": [
            (1, "とても不満"),
            (2, "不満"),
            (3, "ふつう"),
            (4, "満足"),
            (5, "とても満足"),
        ],
        "reason_options": [
            ("speed", "届くまでの早さ"),
            ("care", "梱包のていねいさ"),
            ("price", "送料や価格の分かりやすさ"),
            ("other", "そのほか"),
        ],
    }
