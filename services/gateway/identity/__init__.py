"""Who people are: passwords with a second factor, WeChat, invitations, sessions, tokens."""
