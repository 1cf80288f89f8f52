// Package meta speaks with Meta's Graph API about lead ads: it reads pages, forms and leads, checks tokens, subscribes to
// webhooks, and verifies and parses what Meta sends on its own. Every failure comes back as *Error with a class that a
// program acts on and an advice code that the screen turns into "what happened, what to do".
//
// It does not know the office's database, what a lead becomes, or when to ask again: callers decide that from the class
// of an error and from Pace. It never retries by waiting. It keeps no token; one is passed with every call and leaves the
// process only in a request header. Nothing it returns or logs holds a token, the app's secret or a person's answers,
// except the answers inside the Lead that was asked for.
//
// Facts about Meta come from its public pages: "Retrieving leads", "Webhooks for leadgen", "Rate limits", "Error
// handling" and "Securing Graph API calls". Where those are silent, comments say so.
package meta
