"""Ways for a notice to leave the house: e-mail, group robots, webhooks; their settings and their texts.

Nothing here knows the database or Temporal. A channel is given a message and an endpoint, and either the
message is gone or :class:`channels.message.Undelivered` says whether another try may help.
"""
