"""The forms of requests and answers, as the OpenAPI description tells them."""
