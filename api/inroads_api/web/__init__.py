"""HTTP: routes, requests, streams, admission, figures."""
