// Package graphsim is a Graph API that behaves like Meta's, on this machine. The demo office runs on it, and so do the
// tests of everything that talks to Meta. It answers over real HTTP and can be driven from Go or over /_control/.
//
// Simulated, after Meta's public pages and published captures of its traffic:
//
//   - versions v21.0 to v26.0 and none, which is the oldest, the facebook-api-version header, refusal of retired versions (2635);
//   - user, system, page and app tokens with scopes, granted pages and expiry; page tokens derived from others and dying
//     with them; death by 458, 459, 460, 463, 464, 467, 490, 492; tokens in the query, the body or a Bearer header;
//   - edges that insist on a page token (190, 2069032), appsecret_proof, optional or compulsory;
//   - lead, form, page, accounts, test lead, subscription, lead access, token and batch calls; ?ids= as the error it is now;
//   - absent ad fields of organic and test leads, skipped questions without values, tracking parameters first, an order
//     of answers that changes from lead to lead, escaped JSON, ids of 15 to 17 digits, localised keys, dummy test data;
//   - filtering that ignores wrong names and dates without a word; opaque cursors, "next" with the token inside, empty
//     pages with a next one, refusal of large pages and of very deep cursors;
//   - the end of leads after 90 days; Leads Access Manager; development and live mode;
//   - usage headers, budgets, and blocks that grow when called upon;
//   - webhooks: verification, both signatures, delay, batches, duplicates, disorder, ids as text or numbers, retries over
//     36 hours and the silence when one of the switches is off;
//   - the export file in UTF-16LE and UTF-8, the data deletion callback, and the events edge of a data set;
//   - faults on demand: any error, HTML, silence, a cut connection.
//
// Not simulated: login dialogs, App Review, ads and their statistics, field expansion inside lists, mutual TLS, creating
// forms over the API, and Meta's real limits, which it does not publish. Where Meta does not publish an exact text or
// figure the simulator picks one; a program must not depend on it.
//
// The control side exists on the simulator alone, answers only to this machine, and hands out nothing but invented data.
// Its bodies and answers are JSON, in the shapes of the Go types named here; unknown names are refused:
//
//	GET    /_control/state | calls | deliveries | presets
//	POST   /_control/demo                → app, app_secret, token, user_token, page, forms
//	POST   /_control/demo/lead           → id
//	POST   /_control/apps                name, id, secret, development, proof_required → id, secret
//	POST   /_control/mode                app, live, proof_required
//	POST   /_control/pages               name, id, tasks, unlisted, terms_refused → id
//	POST   /_control/forms               Form → Form;  /_control/forms/copy: form → Form
//	POST   /_control/tokens              kind, app, page, user, scopes, targets, expires_in (seconds), value → token
//	POST   /_control/tokens/kill         token, subcode, or revive
//	POST   /_control/leads               LeadSpec and count → ids
//	POST   /_control/faults              Fault;  DELETE forgets all of them
//	POST   /_control/budget              page, lead_calls, page_calls, app_calls;  /_control/limits: Limits
//	POST   /_control/lead-access         page, app, allowed
//	POST   /_control/subscribe           app, page, callback, off
//	POST   /_control/webhooks            DeliveryOptions, delays in milliseconds;  /_control/deliver → count
//	GET    /_control/export?form=…&encoding=utf16le|utf8
package graphsim
