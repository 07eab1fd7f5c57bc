"""Addresses of notes, tasks, news and calendars. What is posted makes or ends what it names."""

from django.urls import URLPattern, path

from handraise.talk.views import calendar, chats, news, notes, tasks, wishes

urlpatterns: list[URLPattern] = [
    path("lead/<int:pk>/notes/", notes.lead_notes, name="lead_notes"),
    path("company/<int:pk>/notes/", notes.company_notes, name="company_notes"),
    path("note/<int:pk>/", notes.note, name="note"),
    path("note/<int:pk>/removal/", notes.removal, name="note_removal"),
    path("note/people/", notes.people, name="people_to_mention"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/doing/", tasks.doing, name="task_doing"),
    path("tasks/<int:pk>/handing/", tasks.handing, name="task_handing"),
    path("tasks/<int:pk>/removal/", tasks.removal, name="task_removal"),
    path("notifications/", news.notifications, name="notifications"),
    path("notifications/bell/", news.bell, name="bell"),
    path("notifications/reading/", news.reading_all, name="reading_all"),
    path("notifications/<int:pk>/reading/", news.reading, name="reading"),
    path("profile/notifications/", wishes.preferences, name="preferences"),
    path("profile/calendar/", wishes.calendar_address, name="calendar_address"),
    path("chats/", chats.chats, name="chats"),
    path("chats/<int:pk>/removal/", chats.removal, name="chat_removal"),
    path("calendar/<str:token>.ics", calendar.calendar, name="calendar"),
]
