"""Addresses of this step: sign-in (allauth's views, only those that a closed house needs)."""

from allauth.account import views as allauth
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, reverse_lazy
from django.views.generic import RedirectView

urlpatterns: list[URLPattern] = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path(
        "signup/",  # people are added by revenue operations; allauth wants the name to exist
        login_not_required(RedirectView.as_view(url=reverse_lazy("account_login"))),
        name="account_signup",
    ),
]
