"""Insights stand on quoted words; when the words are gone, so is the claim."""

import pytest

from feedback.models import Comment, Evidence, Insight
from feedback.queries.insights import carriers, numbers_of, quote_hash
from feedback.services import insights
from voc.errors import Refused
from voc.models import AuditEntry
from voc.registry import registry


def test_evidence_quotes_the_span_and_its_hash(world):
    clause = world.clause("送料が高い", before="𠮷野です。", after="！")

    [row] = world.insight(clause, published=False).evidence.all()

    assert (row.start, row.end) == (5, 10)
    assert row.quote_hash == quote_hash("送料が高い")
    assert carriers(Evidence.objects.all())[0][0].words == "送料が高い"


def test_publishing_keeps_the_numbers_of_the_moment(world):
    customer = world.customer()
    clauses = [
        world.clause(customer=customer), world.clause(customer=customer, source="ticket"),
        world.clause(customer=world.customer()), world.clause(customer=None),
    ]  # fmt: skip

    insight = world.insight(*clauses)

    assert insight.snapshot == {
        "voices": 4, "customers": 2, "sources": {"import": 3, "ticket": 1},
        "as_of": world.now.isoformat(),
    }  # fmt: skip


def test_words_that_changed_do_not_count(world, client_for):
    kept, changed = world.clause(customer=world.customer()), world.clause(customer=world.customer())
    insight = world.insight(kept, changed)
    Comment.objects.filter(pk=changed.comment_id).update(text="別の文章になりました。" * 5)

    numbers = numbers_of([insight.pk])
    page = client_for(world.people.viewer).get(f"/insights/{insight.pk}/").content.decode()

    assert (numbers.voices, numbers.customers, numbers.mismatched) == (1, 1, 1)
    assert page.count("原文と一致しません") == 1
    assert "声 1件・お客様 1人" in page


def test_an_insight_without_live_words_cannot_be_published(world):
    insight = world.insight(world.clause(), published=False)
    Comment.objects.update(text="消えました")

    with pytest.raises(Refused) as refused:
        insights.publish(insight=insight, actor=world.people.analyst, now=world.now)

    assert refused.value.code == "no_evidence"


def test_losing_the_last_quote_makes_it_a_draft_again(world):
    insight = world.insight(world.clause(), world.clause())
    first, last = insight.evidence.order_by("pk")
    who = {"insight": insight, "actor": world.people.analyst, "now": world.now}

    insights.remove_evidence(evidence_id=first.pk, **who)
    insight.refresh_from_db()
    assert insight.state == "published"
    insights.remove_evidence(evidence_id=last.pk, **who)

    insight.refresh_from_db()
    assert (insight.state, insight.published_at, insight.snapshot) == ("draft", None, {})
    assert AuditEntry.objects.filter(action="insight.lost_evidence").count() == 1


def test_words_removed_elsewhere_are_noticed_by_settle(world):
    insight = world.insight(world.clause())
    Comment.objects.all().delete()

    assert insights.settle(insight_ids=[insight.pk], now=world.now) == 1
    assert Insight.objects.get().state == "draft"


def test_attaching_the_same_clause_twice_changes_nothing(world):
    clause = world.clause()
    insight = world.insight(clause, published=False)

    added = insights.attach(
        insight=insight, clause_ids=[clause.pk], actor=world.people.agent, now=world.now
    )

    assert added == 0
    assert insight.evidence.count() == 1


@pytest.mark.parametrize("ids", [[999_999], [2**62]])
def test_unknown_clauses_are_refused_and_nothing_is_kept(world, ids):
    with pytest.raises(Refused):
        insights.create_insight(
            claim="送料", clause_ids=[world.clause().pk, *ids], actor=world.people.agent,
            now=world.now,
        )  # fmt: skip

    assert not Insight.objects.exists()


def test_another_teams_words_are_neither_taken_nor_shown(world, monkeypatch, client_for):
    monkeypatch.setattr(registry, "teams", lambda user: set() if user.role == "agent" else None)
    secret = world.clause("法人だけの送料の話", team="corporate", customer=world.customer(name="秘密"))

    with pytest.raises(Refused):
        insights.create_insight(
            claim="送料", clause_ids=[secret.pk], actor=world.people.agent, now=world.now
        )
    insight = world.insight(secret)
    item = world.improvement(insight)

    for path in (f"/insights/{insight.pk}/", f"/improvements/{item.pk}/"):
        page = client_for(world.people.agent).get(path).content.decode()
        assert "法人だけ" not in page
        assert "秘密" not in page
        assert "ほかの窓口" in page
        assert "法人だけ" in client_for(world.people.analyst).get(path).content.decode()


def test_the_form_offers_complaints_and_requests_all_ticked(world, client_for):
    taken = world.clause("送料が高いのが不満")
    wish = world.clause("送料を安くしてほしい", polarity="neutral", intent="request")
    praise = world.clause("送料無料がうれしい", polarity="positive", intent="praise")
    client = client_for(world.people.agent)

    page = client.get("/insights/new/?topic=price.fee&first=2026-01-01&last=2026-12-31")
    text = page.content.decode()
    assert text.count('type="checkbox" name="clause"') == text.count(" checked>") == 2
    assert f'value="{praise.pk}"' not in text

    made = client.post(
        "/insights/new/?topic=price.fee&first=2026-01-01&last=2026-12-31",
        {"claim": "送料への不満", "clause": [taken.pk, wish.pk]},
    )
    insight = Insight.objects.get()
    assert made.url == f"/insights/{insight.pk}/"
    assert insight.state == "draft"
    assert insight.evidence.count() == 2
