"""Where an order goes, and why: the rule of both programs that everything else leans on.

A partner asks for lines (something new, or something for a service that exists); each line goes to
the one contract its registry requires, a basket becomes one order per contract, all or none, and
every answer keeps its explanation (facts.md section 3).
"""
