// Package api is the JSON API under /api/v1: everything that the pages do, by
// the same commands and the same rules, for programs.
//
// A program signs in with a person's name and password and sends the token
// that it is given as "Authorization: Bearer …"; cookies are for browsers
// only. Every answer that is not a success is application/problem+json with a
// code, and never repeats a value that was sent. docs/openapi.yaml is made from
// this package, and a test holds it to that.
package api
