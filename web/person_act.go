package web

import (
	"net/http"

	"countersign/identity"
	"countersign/web/site"
)

// actOnPerson carries out an act on somebody: roles, training, the key, the
// account.
func (s *Server) actOnPerson(w http.ResponseWriter, r *http.Request, v visit) error {
	id, f := identity.PersonID(r.PathValue("id")), v.form
	oneTime, err := s.onPerson(r, v, id)
	if refused, ok := site.AsRefusal(err); ok && !leavesPage(refused.Code) && statusOf(refused.Code) != http.StatusNotFound {
		return s.showPerson(w, r, v, http.StatusUnprocessableEntity, id, "", &problem{Title: "This was not done", Sentences: []string{refused.Sentence}})
	}
	if err != nil {
		return err
	}
	if f["act"] == "reset" {
		// Shown in the answer and nowhere else: an address would keep it.
		v.form = nil
		return s.showPerson(w, r, v, http.StatusOK, id, oneTime, nil)
	}
	http.Redirect(w, r, personAddress(id)+"?done=person", http.StatusSeeOther)
	return nil
}

func (s *Server) onPerson(r *http.Request, v visit, id identity.PersonID) (oneTime string, err error) {
	ctx, f := r.Context(), v.form
	key, role, reason := f["key"], identity.Role(f["role"]), f["reason"]
	switch f["act"] {
	case "give":
		err = s.svc.GiveRole(ctx, v.who, key, id, role)
	case "confirm":
		err = s.svc.ConfirmRole(ctx, v.who, key, id, role)
	case "withdraw":
		err = s.svc.WithdrawRole(ctx, v.who, key, id, role, reason)
	case "train":
		t, sentence := training(f, s.svc.Info().Location)
		if sentence != "" {
			return "", &site.Refusal{Code: "bad_training", Sentence: sentence}
		}
		err = s.svc.Train(ctx, v.who, key, id, t)
	case "attest":
		err = s.svc.AttestKey(ctx, v.who, key, id)
	case "address":
		err = s.svc.SetAddress(ctx, v.who, key, id, f["address"])
	case "suspend":
		err = s.svc.Suspend(ctx, v.who, key, id, reason)
	case "restore":
		err = s.svc.Restore(ctx, v.who, key, id, reason)
	case "unlock":
		err = s.svc.UnlockAccount(ctx, v.who, key, id)
	case "reset":
		return s.svc.ResetPassword(ctx, v.who, key, id)
	default:
		err = errForm
	}
	return "", err
}
