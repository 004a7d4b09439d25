"""What was answered under a receipt code: whoever holds the code may see it, or have it erased."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from surveys.queries import definitions
from surveys.queries.answers import given_of
from surveys.services import erasing
from surveys.views.answering import CHROME, read_post, render
from voc.access import public
from voc.throttle import client_address, take

# A code has 55 bits: the limit is there so that nobody feels invited to try.
TRIES, TRIES_PER_SECOND = 30, 1 / 20


@csrf_exempt
@public(methods=("GET", "POST"))
def receipt(request: HttpRequest) -> HttpResponse:
    """Asks for a code; shows what was given under it; asks again; then erases it.

    Only a post carries a code: addresses end up in histories and logs.
    """
    if request.method != "POST":
        return render("receipt", code="")
    unreadable = read_post(request)
    if unreadable is not None:
        return unreadable
    now = timezone.now()
    code = request.POST.get("code", "")[:60]
    if not take(
        f"receipt:{client_address(request)}", now=now, capacity=TRIES, per_second=TRIES_PER_SECOND
    ):
        page = render(
            "receipt", 429, code=code,
            error=_("短い間に何度も試されました。少し待ってから、もう一度お試しください。"),
        )  # fmt: skip
        page["Retry-After"] = "20"
        return page
    response = erasing.response_of(code)
    if response is None:
        return render(
            "receipt", 404, code=code,
            error=_("この番号の回答は見つかりません。番号をもう一度お確かめください。"),
        )  # fmt: skip
    if request.POST.get("step") == "erase":
        erasing.erase(response=response, now=now, reason="receipt")
        return render("receipt", code=code, done=True, d=response.survey)
    language = response.language
    with translation.override(language if language in CHROME else "en"):
        definition = definitions.of_version(response.survey, response.survey_version)
        survey = response.survey
        return render(
            "receipt",
            code=code,
            found=True,
            d=survey,
            title=definition.texts(language).title if definition else survey.title,
            language=language,
            at=response.submitted_at,
            erased=response.erased_at,
            sure=request.POST.get("step") == "ask" and response.erased_at is None,
            given=[] if response.erased_at else given_of(response),
        )
