"""Where the chats of teams and people take posts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.talk import chat, decide
from handraise.talk.forms import ChatForm
from handraise.talk.queries import chats_of, hooks_visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.OVERRIDE)
def chats(request: HttpUserRequest) -> HttpResponse:
    """The chats that one looks after, how their last posts went, and one more."""
    form = ChatForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        whose, url = form.cleaned_data["whose"], form.cleaned_data["url"]
        kinds = request.POST.getlist("kinds")
        try:
            chat.set_hook(whose, url=url, kinds=kinds, by=request.user, at=clock.now(), via=Via.WEB)
        except Refused as refused:
            form.add_error("url", str(refused))
        else:
            messages.success(request, f"Saved the chat of {whose}.")
            return redirect("chats")
    ticked = request.POST.getlist("kinds") if request.method == "POST" else TICKED
    context = {
        "form": form,
        "chats": chats_of(request.user),
        "kinds": [(kind, kind.code in ticked) for kind in decide.kinds()],
    }
    return render(request, "talk/chats.html", context)


TICKED = ("mention", "task")  # unless somebody chose


@require_POST
@needs(Permission.OVERRIDE)
def removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Post nothing there any more."""
    hook = get_object_or_404(hooks_visible_to(request.user), pk=pk)
    chat.remove_hook(hook, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"Nothing is posted to the chat of {hook.team or hook.person} now.")
    return redirect("chats")
