"""The developer's yard: set-up, local servers, checks and tests. Standard library only; production never imports it."""
