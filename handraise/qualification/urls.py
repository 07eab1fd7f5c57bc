"""Addresses of this step."""

from django.urls import URLPattern, path

from handraise.qualification.frameworks import views

urlpatterns: list[URLPattern] = [
    path("", views.frameworks, name="frameworks"),
    path("new/", views.new_framework, name="new_framework"),
    path("<int:pk>/", views.framework, name="framework"),
    path("<int:pk>/removal/", views.framework_removal, name="framework_removal"),
]
