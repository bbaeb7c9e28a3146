"""Where to build next: preflight, siting, what-if and scenarios. Order of steps; no SQL, no formula."""
