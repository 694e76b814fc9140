"""The merger's questions: the answers partners read are the rules that the portal enforces."""
