"""Surveys to start from: whole, polite, ready to be published once operator and contact are there.

Every text is a pair, Japanese and English; `surveys.forms.starting` makes a survey of one of them.
"""

from typing import Any

Pair = tuple[str, str]
Data = dict[str, Any]

_PRIVATE: Pair = (
    "お名前やご住所など、個人が分かることは書かないでください。",
    "Please do not write names, addresses or anything else that identifies a person.",
)
_FREE: Pair = (
    "ほかにお気づきのことがありましたら、お聞かせください。",
    "Is there anything else you would like to tell us?",
)
_NEVER_ENDS: Data = {
    "low": ("まったく思わない", "Not at all likely"),
    "high": ("とても思う", "Extremely likely"),
}
_SATISFIED: Data = {
    "low": ("とても不満", "Very dissatisfied"),
    "high": ("とても満足", "Very satisfied"),
}
_EASY: Data = {
    "low": ("まったくそう思わない", "Strongly disagree"),
    "high": ("とてもそう思う", "Strongly agree"),
}


def _group(name: str) -> Data:
    return {"mode": "all", "when": [{"question": "score", "op": "group", "value": name}]}


def _when(key: str, op: str, value: Any) -> Data:
    return {"mode": "all", "when": [{"question": key, "op": op, "value": value}]}


def _ask(key: str, kind: str, ja: str, en: str, **more: Any) -> Data:
    return {"key": key, "kind": kind, "label": (ja, en), **more}


_RELATION = [
    _ask("score", "nps", "{shop}を、ご家族やご友人にすすめたいと思いますか。",
         "How likely are you to recommend {shop} to your family or friends?", required=True, **_NEVER_ENDS),
    _ask("why-low", "long", "{score}点とされた理由を教えてください。ご期待に届かなかったのは、どのような点でしょうか。",
         "You chose {score}. What fell short of your expectations?", help=_PRIVATE, show_if=_group("detractor")),
    _ask("why-mid", "long", "{score}点とされた理由を教えてください。あと少し足りなかったのは、どのような点でしょうか。",
         "You chose {score}. What was missing for a higher score?", help=_PRIVATE, show_if=_group("passive")),
    _ask("why-high", "long", "{score}点とされた理由を教えてください。気に入っていただけているのは、どのような点でしょうか。",
         "You chose {score}. What do you like most about us?", help=_PRIVATE, show_if=_group("promoter")),
    _ask("parts", "multiple", "その理由に近いものがあれば、お選びください。", "Which of these played a part in your answer?",
         shuffle=True, other=True, choices=[
             ("quality", "商品・サービスの品質", "Quality of products or service"), ("price", "価格", "Price"),
             ("range", "品ぞろえ", "Range"), ("delivery", "お届け", "Delivery"),
             ("staff", "スタッフの対応", "Staff"), ("site", "サイトやアプリの使いやすさ", "Website or app")]),
    _ask("length", "single", "{shop}のご利用は、どのくらいになりますか。", "How long have you been a customer of {shop}?",
         choices=[("new", "はじめて", "This is my first time"), ("half", "半年まで", "Up to half a year"),
                  ("year", "半年から1年", "Half a year to a year"), ("more", "1年より長い", "More than a year")]),
]  # fmt: skip

_PURCHASE = [
    _ask("score", "csat", "今回のお買い物に、どのくらい満足していますか。",
         "How satisfied are you with this purchase?", required=True, **_SATISFIED),
    _ask("low-part", "multiple", "ご期待に届かなかった点を、お選びください。", "What did not meet your expectations?",
         shuffle=True, other=True, show_if=_when("score", "lte", 3), choices=[
             ("item", "商品の品質", "Quality of the item"), ("described", "商品が説明と違った", "Item differed from its description"),
             ("price", "価格や送料", "Price or shipping fee"), ("delivery", "お届けの早さ・状態", "Speed or condition of delivery"),
             ("site", "注文のしやすさ", "Ease of ordering"), ("staff", "お店からの連絡や対応", "Contact with the shop")]),
    _ask("high-part", "multiple", "よかった点を、お選びください。", "What did you like?",
         shuffle=True, other=True, show_if=_when("score", "gte", 4), choices=[
             ("item", "商品の品質", "Quality of the item"), ("price", "価格や送料", "Price or shipping fee"),
             ("range", "品ぞろえ", "Range"), ("delivery", "お届けの早さ・状態", "Speed or condition of delivery"),
             ("site", "注文のしやすさ", "Ease of ordering"), ("staff", "お店からの連絡や対応", "Contact with the shop")]),
    _ask("comment", "long", "そのように感じられた理由を教えてください。", "Please tell us why you feel that way.", help=_PRIVATE),
    _ask("return", "single", "また{shop}で買いたいと思いますか。", "Would you buy from {shop} again?",
         choices=[("yes", "買いたい", "Yes"), ("maybe", "どちらともいえない", "I am not sure"), ("no", "買いたくない", "No")]),
]  # fmt: skip

_SUPPORT = [
    _ask("score", "csat", "お問い合わせへの対応に、どのくらい満足していますか。",
         "How satisfied are you with our support?", required=True, **_SATISFIED),
    _ask("solved", "single", "お困りのことは解決しましたか。", "Was your problem solved?", required=True,
         choices=[("yes", "解決した", "Yes"), ("partly", "一部だけ解決した", "Partly"), ("no", "解決していない", "No")]),
    _ask("left", "long", "まだ解決していないことを教えてください。", "What is still unsolved?", help=_PRIVATE,
         show_if=_when("solved", "in", ["partly", "no"])),
    _ask("parts", "matrix", "対応について、それぞれお選びください。", "How were these?",
         rows=[("speed", "返信の早さ", "Speed of the reply"), ("clear", "説明の分かりやすさ", "Clarity of the explanation"),
               ("kind", "言葉づかいや心配り", "Courtesy and care")],
         choices=[("good", "よい", "Good"), ("fair", "ふつう", "Fair"), ("poor", "よくない", "Poor")]),
    _ask("comment", "long", "よかった点や、足りなかった点を教えてください。", "What was good, and what was missing?", help=_PRIVATE),
]  # fmt: skip

_EFFORT = [
    _ask("score", "ces", "{shop}では、手間をかけずに用事を済ませられましたか。",
         "{shop} made it easy for me to do what I wanted to do.", required=True, **_EASY),
    _ask("task", "single", "今回のご用事は、どれに近いですか。", "What did you want to do?", other=True,
         choices=[("find", "商品や情報を探す", "Find a product or information"), ("order", "注文・申し込み", "Order or apply"),
                  ("change", "変更・解約・返品", "Change, cancel or return"), ("ask", "問い合わせ・相談", "Ask or get advice")]),
    _ask("where", "multiple", "手間がかかったのは、どのあたりですか。", "Where did it take effort?",
         shuffle=True, other=True, show_if=_when("score", "lte", 4), choices=[
             ("search", "必要な情報が見つからない", "Could not find what I needed"), ("words", "説明が分かりにくい", "Explanation was hard to follow"),
             ("input", "入力することが多い", "Too much to fill in"), ("wait", "待ち時間が長い", "Long waiting time"),
             ("repeat", "同じことを何度も伝えた", "Had to repeat myself"), ("channel", "別の窓口へ回された", "Was passed on to somebody else")]),
    _ask("comment", "long", "手間を減らすために、直してほしいことを教えてください。",
         "What should we change to make it easier?", help=_PRIVATE),
]  # fmt: skip

_LEAVING = [
    _ask("hello", "statement", "これまでご利用くださり、ありがとうございました。今後の改善のため、よろしければお聞かせください。お答えは任意です。",
         "Thank you for having been with us. If you like, please help us improve. Every answer is voluntary."),
    _ask("reason", "single", "ご解約のいちばんの理由を教えてください。", "What is your main reason for leaving?",
         shuffle=True, other=True, choices=[
             ("price", "料金が合わない", "The price"), ("need", "使う機会がなくなった", "I no longer need it"),
             ("missing", "必要な機能や商品がない", "It lacks what I need"), ("hard", "使いにくい", "It is hard to use"),
             ("support", "対応やサポートに不満があった", "Support was not good"), ("trouble", "不具合や遅れがあった", "Failures or delays"),
             ("switch", "ほかのサービスに替える", "I am switching to another service")]),
    _ask("price-want", "short", "いくらくらいであれば、続けたいと思われますか。", "At what price would you have stayed?",
         show_if=_when("reason", "in", ["price"])),
    _ask("missing-want", "long", "どのような機能や商品があれば、続けられそうでしたか。", "What would you have needed to stay?",
         help=_PRIVATE, show_if=_when("reason", "in", ["missing", "hard"])),
    _ask("switch-why", "long", "替えられる先の、どのような点がよいと思われましたか。", "What do you like better about the other service?",
         help=_PRIVATE, show_if=_when("reason", "in", ["switch"])),
    _ask("trouble-what", "long", "どのようなことがありましたか。差し支えのない範囲で教えてください。", "What happened?",
         help=_PRIVATE, show_if=_when("reason", "in", ["support", "trouble"])),
    _ask("return", "rating", "機会があれば、また利用したいと思いますか。", "Would you use us again some day?", points=5,
         low=("まったく思わない", "Not at all"), high=("とても思う", "Very much")),
    _ask("comment", "long", *_FREE, help=_PRIVATE),
]  # fmt: skip

_REVIEW = [
    _ask("score", "csat", "お求めいただいた商品に、どのくらい満足していますか。",
         "How satisfied are you with the product?", required=True, **_SATISFIED),
    _ask("parts", "matrix", "それぞれの点について、お選びください。", "How do you rate these?",
         rows=[("quality", "品質", "Quality"), ("use", "使いやすさ", "Ease of use"), ("look", "見た目・デザイン", "Look and design"),
               ("value", "価格に見合うか", "Value for money")],
         choices=[("good", "よい", "Good"), ("fair", "ふつう", "Fair"), ("poor", "よくない", "Poor")]),
    _ask("period", "single", "お使いになって、どのくらいですか。", "How long have you used it?",
         choices=[("week", "1週間まで", "Up to a week"), ("month", "1か月まで", "Up to a month"), ("more", "1か月より長い", "More than a month")]),
    _ask("comment", "long", "使ってみて感じたことを教えてください。", "What is it like to use?", help=_PRIVATE),
    _ask("title", "short", "ひとことでまとめると、どのような商品ですか。", "How would you sum it up in a few words?", most=40),
    _ask("publish", "consent", "お書きいただいた感想を、お名前を出さずにサイトなどで紹介することに同意します（任意）。",
         "You may quote my review on your website and elsewhere without my name (optional)."),
]  # fmt: skip

_EVENT = [
    _ask("score", "csat", "今回の催しに、どのくらい満足していますか。", "How satisfied are you with the event?", required=True, **_SATISFIED),
    _ask("parts", "matrix", "それぞれの点について、お選びください。", "How were these?",
         rows=[("content", "内容", "Content"), ("speaker", "話の分かりやすさ", "Clarity of the talks"), ("time", "長さ・時間配分", "Length and pace"),
               ("place", "会場・配信の環境", "Venue or stream")],
         choices=[("good", "よい", "Good"), ("fair", "ふつう", "Fair"), ("poor", "よくない", "Poor"), ("none", "該当しない", "Does not apply")]),
    _ask("aim", "single", "参加の目的は果たせましたか。", "Did you get what you came for?",
         choices=[("yes", "果たせた", "Yes"), ("partly", "一部果たせた", "Partly"), ("no", "果たせなかった", "No")]),
    _ask("gap", "long", "どのような内容があれば、目的を果たせそうでしたか。", "What would have helped?", help=_PRIVATE,
         show_if=_when("aim", "in", ["partly", "no"])),
    _ask("best", "long", "いちばん印象に残ったことを教えてください。", "What will you remember most?", help=_PRIVATE),
    _ask("next", "short", "次に取り上げてほしいテーマがあれば、教えてください。", "What should we cover next?"),
    _ask("join", "nps", "同じような催しを、お知り合いにすすめたいと思いますか。", "How likely are you to recommend an event like this?", **_NEVER_ENDS),
]  # fmt: skip

_SITE = [
    _ask("aim", "single", "きょうは、どのようなご用事でサイトにお越しになりましたか。", "What brought you to our website today?", required=True,
         other=True, choices=[
             ("buy", "買う・申し込む", "To buy or apply"), ("compare", "商品やサービスを比べる", "To compare products or services"),
             ("help", "使い方や困りごとを調べる", "To find help"), ("contact", "連絡先や店舗を調べる", "To find a contact or a shop")]),
    _ask("done", "single", "ご用事は済みましたか。", "Did you manage to do it?", required=True,
         choices=[("yes", "済んだ", "Yes"), ("not-yet", "まだ途中", "Not yet"), ("no", "済まなかった", "No")]),
    _ask("why-not", "long", "済まなかったのは、どのようなことがあったためですか。", "What kept you from it?", help=_PRIVATE,
         show_if=_when("done", "in", ["no"])),
    _ask("score", "ces", "このサイトでは、手間をかけずに用事を済ませられましたか。", "This website made it easy for me to do what I wanted to do.",
         required=True, **_EASY),
    _ask("comment", "long", "見つけにくかったものや、直してほしい点を教えてください。", "What was hard to find, or should be changed?", help=_PRIVATE),
    _ask("page", "hidden", "", ""),
]  # fmt: skip

_BLANK = [
    _ask("comment", "long", "お気づきのことを、自由にお書きください。", "Please tell us what you think.", help=_PRIVATE, required=True),
]  # fmt: skip

# Key → name, explanation, kind, touchpoint, title, purpose, questions. `{shop}` is the operator.
_PURPOSE: Pair = (
    "商品とサービスの改善のために、{shop}が使います。第三者へは渡しません。",
    "{shop} uses your answers to improve its products and service. They are not passed on to third parties.",
)
THANKS: Pair = (
    "いただいたお声は、担当者が読み、商品とサービスの改善に役立てます。",
    "Somebody in charge reads what you wrote, and we use it to improve our products and service.",
)
STARTERS: dict[str, Data] = {
    "nps": {"name": ("関係調査（NPS）", "Relationship (NPS)"), "text": ("半年に一度など、すすめたい度と理由を聞きます。批判者・中立者・推奨者で聞き方を変えます。", "Twice a year or so: how likely people are to recommend you, and why, asked differently of detractors, passives and promoters."),
            "kind": "nps", "touchpoint": "after", "title": ("{shop}について、お聞かせください", "Tell us about {shop}"), "questions": _RELATION},
    "purchase": {"name": ("購入後（CSAT）", "After a purchase (CSAT)"), "text": ("お買い物のあとに、満足度と、よかった点・足りなかった点を聞きます。", "After a purchase: satisfaction, what was good and what was missing."),
                 "kind": "csat", "touchpoint": "purchase", "title": ("お買い物について、お聞かせください", "Tell us about your purchase"), "questions": _PURCHASE},
    "support": {"name": ("問い合わせ後（CSAT）", "After support (CSAT)"), "text": ("問い合わせが解決したお客様に、自動で送ります。解決したかどうかも聞きます。", "Sent to customers when their ticket is solved. Also asks whether it really is."),
                "kind": "csat", "touchpoint": "support", "title": ("お問い合わせへの対応について、お聞かせください", "Tell us about our support"), "questions": _SUPPORT,
                "purpose": ("お問い合わせ対応とサービスの改善のために、{shop}が使います。第三者へは渡しません。", "{shop} uses your answers to improve its support and service. They are not passed on to third parties.")},
    "effort": {"name": ("手間の少なさ（CES）", "Effort (CES)"), "text": ("手続きや問い合わせのあとに、手間がかかった所を聞きます。", "After a procedure or a question: where it took effort."),
               "kind": "ces", "touchpoint": "use", "title": ("ご利用のしやすさについて、お聞かせください", "Was it easy?"), "questions": _EFFORT},
    "leaving": {"name": ("解約理由", "Reasons for leaving"), "text": ("解約や退会のときに、理由に合わせて続きを聞きます。引き止めはしません。", "When people leave: the reason, and one question that fits it. Nobody is held back."),
                "kind": "none", "touchpoint": "after", "title": ("ご解約にあたって、お聞かせください", "Before you go"), "questions": _LEAVING},
    "review": {"name": ("商品レビュー", "Product review"), "text": ("商品を使った感想を、紹介してよいかどうかと合わせて聞きます。", "What the product is like to use, and whether it may be quoted."),
               "kind": "csat", "touchpoint": "use", "title": ("商品の感想を、お聞かせください", "Tell us about the product"), "questions": _REVIEW,
               "purpose": ("商品の改善と、同意いただいた感想の紹介のために、{shop}が使います。第三者へは渡しません。", "{shop} uses your answers to improve its products, and quotes reviews where you agree. They are not passed on to third parties.")},
    "event": {"name": ("イベント・セミナー後", "After an event"), "text": ("催しの満足度、目的を果たせたか、次のテーマを聞きます。", "Satisfaction, whether people got what they came for, and what should be next."),
              "kind": "csat", "touchpoint": "awareness", "title": ("今回の催しについて、お聞かせください", "Tell us about the event"), "questions": _EVENT,
              "purpose": ("今後の催しの改善のために、{shop}が使います。第三者へは渡しません。", "{shop} uses your answers to improve its events. They are not passed on to third parties.")},
    "site": {"name": ("サイトの使いやすさ", "Using the website"), "text": ("サイトに来た目的と、それが済んだかどうかを聞きます。ページへの埋め込みに向きます。", "Why people came to the website and whether they managed. Made for embedding."),
             "kind": "ces", "touchpoint": "consideration", "title": ("サイトの使いやすさについて、お聞かせください", "Tell us about our website"), "questions": _SITE,
             "purpose": ("サイトの改善のために、{shop}が使います。第三者へは渡しません。", "{shop} uses your answers to improve its website. They are not passed on to third parties.")},
    "blank": {"name": ("白紙から", "From scratch"), "text": ("自由記述の1問だけを置きます。", "Begins with one open question."),
              "kind": "none", "touchpoint": "", "title": ("ご意見をお聞かせください", "Tell us what you think"), "questions": _BLANK},
}  # fmt: skip
PURPOSE = _PURPOSE
