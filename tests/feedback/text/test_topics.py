import pytest

from feedback.text import Taxonomy, Topic, analyse, default_taxonomy


def topics(text, taxonomy=None):
    found = analyse(text, taxonomy or default_taxonomy()).clauses
    return [hit.topic for clause in found for hit in clause.topics]


def test_the_shipped_tree_is_whole():
    taxonomy = default_taxonomy()
    keys = {topic.key for topic in taxonomy.topics}
    tops = [topic for topic in taxonomy.topics if not topic.parent]

    assert len(tops) == 12
    assert len(keys) == len(taxonomy.topics) > 60
    assert all(topic.parent in keys for topic in taxonomy.topics if topic.parent)
    assert all(topic.name_ja and topic.name_en and topic.seeds for topic in taxonomy.topics)
    assert all(topic.key.isascii() for topic in taxonomy.topics)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("荷物がまだ届かない", "delivery.late"),
        ("送料が高い", "price.fee"),
        ("ログインできません", "app.login"),
        ("店員さんの笑顔が良かった", "store.staff"),
        ("露天風呂が最高", "stay.bath"),
        ("領収書がほしい", "payment.receipt"),
        ("解約の手順", "account.leave"),
        ("味が薄い", "food.taste"),
        ("ＷｉＦｉが遅い", "store.facility"),
        ("レジが混んでいた", "store.wait"),
    ],
)
def test_a_seed_word_names_the_topic(text, topic):
    assert topic in topics(text)


def test_a_leaf_makes_its_parent_superfluous():
    assert topics("アプリのログイン") == ["app.login"]


def test_a_short_seed_does_not_match_inside_a_longer_word():
    taxonomy = Taxonomy.from_rows([Topic("till", "レジ", seeds=("レジ", "app"))])

    assert topics("レジが遅い", taxonomy) == ["till"]
    assert topics("レジャーが好き", taxonomy) == []
    assert topics("happyな気分", taxonomy) == []


def test_the_longer_seed_wins():
    taxonomy = Taxonomy.from_rows(
        [Topic("bill", "請求", seeds=("請求",)), Topic("letter", "請求書", seeds=("請求書",))]
    )

    assert topics("請求書が来ない", taxonomy) == ["letter"]


def test_a_verb_seed_matches_in_any_form():
    taxonomy = Taxonomy.from_rows([{"key": "late", "seeds": "遅れる、遅延"}])

    assert topics("電車が遅れました", taxonomy) == ["late"]


def test_topics_come_best_first_between_zero_and_one():
    hits = analyse("送料と手数料とポイントが気になる", default_taxonomy()).clauses[0].topics

    assert [hit.topic for hit in hits][:2] == ["price.fee", "price.discount"]
    assert [hit.confidence for hit in hits] == sorted(
        (hit.confidence for hit in hits), reverse=True
    )
    assert all(0 < hit.confidence < 1 for hit in hits)


def test_a_clause_without_a_subject_inherits_at_half_the_confidence():
    first, second = analyse("部屋は広かったけど、とても古かった", default_taxonomy()).clauses

    assert second.topics[0].topic == first.topics[0].topic == "stay.room"
    assert second.topics[0].confidence == pytest.approx(first.topics[0].confidence / 2, abs=0.001)


def test_the_version_follows_the_seeds():
    rows = [Topic("a", "あ", seeds=("い", "う"))]

    assert Taxonomy.from_rows(rows).version == Taxonomy.from_rows(rows).version
    assert (
        Taxonomy.from_rows([Topic("a", "あ", seeds=("い",))]).version
        != Taxonomy.from_rows(rows).version
    )


def test_repeated_keys_are_refused():
    with pytest.raises(ValueError, match="repeat"):
        Taxonomy.from_rows([Topic("a", "あ"), Topic("a", "い")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ログイン画面が開かない", ("ログイン画面",)),
        ("二段階認証を3泊使った", ("二段階認証",)),
        ("お部屋のＷｉ－Ｆｉ", ("部屋", "Wi-Fi")),
        ("とても便利なこと", ()),
        ("領収書、領収書", ("領収書",)),
    ],
)
def test_compounds_are_the_words_people_say(text, expected):
    assert analyse(text, default_taxonomy()).compounds == expected
