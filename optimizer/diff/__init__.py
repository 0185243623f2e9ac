"""What two versions of a policy admit differently: the rules, and a portfolio and list as proof."""
