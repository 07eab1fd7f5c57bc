"""What the invented people say: of leads that they give back, to each other, of what they got."""

# By the reason's name; any of them may stand under it.
NOTES = {
    "Unable to reach": ("Three calls and three mails in ten days, no answer.",
                        "The phone rings out, mails stay unanswered."),
    "Inaccurate data": ("The number belongs to somebody else.",
                        "The title is wrong: they left this job in spring.",
                        "The address bounces."),
    "No need at present": ("They renewed with somebody else until next year.",
                           "They only wanted the guide for a talk."),
    "No budget this quarter": ("Money is there from January on, they say.",
                               "Their budget went into new trucks."),
    "Not the right time": ("They move to a new depot first.",
                           "They asked to be called after the summer."),
    "No fit": ("Four vehicles: that is below what fit asks for.",
               "A reseller, though `industry` says transport."),
    "Competitor": ("They sell route planning themselves.",),
    "Student or private person": ("Writes a thesis about logistics.",),
    "Wrong person": ("The dispatcher decides; her name is in the signature of their mail.",
                     "Reads for a colleague, who would be the one to call."),
    "Belongs to another team": ("A company of ours in the south: theirs to call.",
                                "Four hundred vehicles: that is for enterprise."),
    "Already a customer": ("They have used us since last year, under the parent's name.",),
    "Duplicate": ("The same person as the lead with the private address.",),
}  # fmt: skip
ANSWERS = (
    "Corrected by hand, and the list of the fair is checked before its next import.",
    "They had typed it so. The form now asks for the number with its country.",
    "We asked them by mail, and they wrote back: it is mended.",
)
CONTESTS = (
    "They came back to the prices twice since, and asked for the pilot terms.",
    "The size is that of one depot: the company has six.",
    "Only one of the three calls was logged, and none of the mails.",
)
UPHELD = ("The call notes are clear. It stays with the reason given.",
          "What they read came before the call, so it says nothing against it.")  # fmt: skip
OVERTURNED = ("The evidence is newer than the call. Offer it again.",
              "The reason does not fit what is known of them.")  # fmt: skip
RATINGS = {
    1: ("Nothing in it for us.", "Had never heard of us."),
    2: ("Polite, no more.", ""),
    3: ("A talk worth having.", ""),
    4: ("Knew what they wanted.", "Well prepared by the brief."),
    5: ("Asked for a contract on the phone.", "More of these."),
}
