"""Learning from poses: what the backend ships as learned numbers is made here, never at run time."""
