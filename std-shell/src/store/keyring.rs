//! Refresh tokens in the system's store for secrets, access tokens in files.
