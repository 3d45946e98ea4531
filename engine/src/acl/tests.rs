//! Users and selectors, tried on requests.
