package web

import (
	"errors"
	"net/http"

	"countersign/web/site"
)

// underPassword signs what a sheet shows. Without a password, with a wrong one,
// or when what would be shown has changed, the sheet is drawn again with the
// reason; any other fault is for failed to tell. It says whether it was signed.
func underPassword(f form, again func(title, sentence string) error, sign func() error, failed func(error) error) (signed bool, err error) {
	if f["password"] == "" {
		return false, again("Nothing was signed", "Give your password.")
	}
	fault := sign()
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(fault)
	switch {
	case errors.As(fault, &conflict):
		return false, again("Read this again", conflict.Sentence)
	case isRefusal && passwordCode(refused.Code):
		return false, again("Nothing was signed", refused.Sentence)
	case fault != nil:
		return false, failed(fault)
	}
	return true, nil
}

// unsigned is what a page says of an act that could not be signed; nil for a
// fault that the page cannot answer.
func unsigned(fault error) *problem {
	var conflict *site.Conflict
	refused, isRefusal := site.AsRefusal(fault)
	switch {
	case errors.As(fault, &conflict):
		return &problem{Title: "Somebody was faster", Sentences: []string{conflict.Sentence}}
	case isRefusal && !leavesPage(refused.Code) && statusOf(refused.Code) != http.StatusNotFound:
		return &problem{Title: "This cannot be signed now", Sentences: []string{refused.Sentence}}
	}
	return nil
}
