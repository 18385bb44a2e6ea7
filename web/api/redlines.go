package api

import (
	"encoding/hex"

	"countersign/batch"
)

// RedlineView is another text of the protocol for one batch. It is proposed,
// approved and read with the batch's commands.
type RedlineView struct {
	Redline  int       `json:"redline"`
	Base     string    `json:"base" doc:"SHA-256 of the text that it departs from"`
	Digest   string    `json:"digest" doc:"SHA-256 of its text"`
	Reason   string    `json:"reason"`
	Changes  []string  `json:"changes" doc:"in words"`
	Proposed ActView   `json:"proposed"`
	Approved *ActView  `json:"approved,omitempty" doc:"the batch goes on by it from here"`
	Dropped  *ActView  `json:"dropped,omitempty"`
	Read     []ActView `json:"read,omitempty"`
}

func redlineView(r *batch.RedlineEntry) RedlineView {
	return RedlineView{
		Redline: r.Number, Base: hex.EncodeToString(r.Base[:]), Digest: hex.EncodeToString(r.Digest[:]), Reason: r.Reason, Changes: r.Changes,
		Proposed: actView(r.Act), Approved: maybe(r.Approved), Dropped: maybe(r.Dropped), Read: actViews(r.Read),
	}
}
