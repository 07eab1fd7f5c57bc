"""Addresses of saved lists, under /lists/. What is posted makes or ends the thing it names."""

from django.urls import URLPattern, path

from handraise.lists import views

urlpatterns: list[URLPattern] = [
    path("", views.lists, name="lists"),
    path("new/", views.new_list, name="new_list"),
    path("new/fixed/", views.new_fixed_list, name="new_fixed_list"),
    path("count/", views.list_count, name="list_count"),
    path("<int:pk>/", views.saved_list, name="list"),
    path("<int:pk>/edit/", views.edit_list, name="edit_list"),
    path("<int:pk>/removal/", views.list_removal, name="list_removal"),
    path("<int:pk>/working-out/", views.list_working_out, name="list_working_out"),
    path("of-lead/<int:pk>/", views.lead_lists, name="lead_lists"),
]
