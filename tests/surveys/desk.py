"""What the tests of the desk share: the questions in order, and what a browser would send."""

from surveys.queries import definitions


def keys(survey):
    return [question.key for question in definitions.questions_of(survey)]


def question_post(client, survey, key, **more):
    """What the browser would send for this question as it stands, with these changes."""
    path = f"/surveys/{survey.pk}/questions/{key}/"
    page = client.get(path)
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False, "")}
    for row in form.conditions:
        if row.key:
            sent |= {f"when-{row.number}-question": row.key, f"when-{row.number}-op": row.op}
            sent[f"when-{row.number}-value"] = row.values
    return path, {**sent, "when-mode": form.mode, "seen": page.context["seen"], **more}
