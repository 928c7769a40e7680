"""Who makes poses and what is set up for it: the engines' panel, the tiers at work, and the page in the preferences."""
