import pytest

from feedback.text import analyse, default_taxonomy


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("領収書を発行してください", "request"),
        ("ダークモードに対応してほしいです", "request"),
        ("もう少し安ければいいのに", "request"),
        ("駐車場を広くしていただけませんか", "request"),
        ("禁煙の部屋を希望します", "request"),
        ("検索できるようにしてほしい", "request"),
        ("予約を変更したいです", "request"),
        ("早く直せ", "request"),
        ("いつ届きますか", "question"),
        ("駐車場はどこですか？", "question"),
        ("クーポンの使い方を教えてください", "question"),
        ("どうすればいいですか", "question"),
        ("返品できるか知りたい", "question"),
        ("ログインが遅い", "complaint"),
        ("商品が届かない", "complaint"),
        ("店員さんが親切でした", "praise"),
        ("また行きたいです", "praise"),
        ("ぜひ利用したいと思います", "praise"),
        ("荷物を受け取りました", "report"),
        ("声をかけてくださいました", "praise"),
        ("希望した商品が届いた", "report"),
    ],
)
def test_what_a_clause_wants(text, intent):
    assert [clause.intent for clause in analyse(text, default_taxonomy()).clauses] == [intent]
