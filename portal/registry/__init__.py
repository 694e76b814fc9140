"""Two separate books of contracts: partners, agreements, portfolios, customers, contract lines,
services, and the teams that serve them. Nothing in it crosses from one registry to the other (R1).
"""
