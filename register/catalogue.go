package register

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// events gives the zero event of each kind.
func events() []Event {
	return []Event{
		MaterialListed{},
		LotReceived{},
		LotReleased{},
		LotQuarantined{},
		LotRejected{},
		LotOpened{},
		LotThawed{},
		LotPooled{},
		LotSplit{},
		LotSplitOff{},
		StockPassedOn{},
		StockTaken{},
		StockReturned{},
		StockAdjusted{},
		EquipmentListed{},
		EquipmentProven{},
		EquipmentCleaned{},
		EquipmentStopped{},
		EquipmentReturned{},
		EquipmentRetired{},
		EquipmentTaken{},
		EquipmentFreed{},
		InterfaceAccepted{},
		InterfaceWithdrawn{},
		MessageReceived{},
		AlarmAnswered{},
		AlarmAnsweredInBatch{},
		ReadingTaken{},
		ProductListed{},
		ProductDesignated{},
		DesignationEnded{},
		FormAdded{},
		FormGranted{},
		FormEnded{},
		MasterFileIssued{},
		MasterFileWithdrawn{},
		ChangeLinked{},
		ChangeAssessed{},
		OpeningRefused{},
		UnitListed{},
		UnitEvidenced{},
		UnitInitiated{},
		UnitPaused{},
		UnitResumed{},
		UnitCeased{},
		UnitStopped{},
		UnitStopLifted{},
		UnitMoved{},
		UnitReturned{},
		RecallOpened{},
		RecallExtended{},
		RecallTold{},
		RecallClosed{},
		LotCalledBack{},
		CommandRefused{},
		DeviationOpened{},
		DeviationArose{},
		DeviationAssessed{},
		DeviationInvestigated{},
		DeviationConcluded{},
		DeviationClassified{},
		ActionPlanned{},
		ActionFinished{},
		DeviationRuledOn{},
		DeviationAcknowledged{},
		DeviationClosed{},
		UnitKept{},
		CertifierNamed{},
		CertifierEnded{},
		BlankPrinted{},
		BlankUsed{},
		BlankFinished{},
		BlankCompared{},
		BlankEnded{},
		BlankSeenDestroyed{},
		SampleDrawn{},
		TrailLookedAt{},
		TrailLeft{},
		FindingFollowed{},
		AcknowledgementSet{},
	}
}

// Commands gives the zero command of each name: the closed set.
func Commands() []Command {
	return []Command{
		ListMaterial{},
		ReceiveLot{},
		ReleaseLot{},
		QuarantineLot{},
		RejectLot{},
		OpenLot{},
		ThawLot{},
		PoolLots{},
		SplitLot{},
		AdjustStock{},
		ListEquipment{},
		ProveEquipment{},
		CleanEquipment{},
		StopEquipment{},
		ReturnEquipment{},
		RetireEquipment{},
		AcceptInterface{},
		WithdrawInterface{},
		AnswerAlarm{},
		ListProduct{},
		DesignateProduct{},
		EndDesignation{},
		AddForm{},
		GrantForm{},
		EndForm{},
		IssueMasterFile{},
		WithdrawMasterFile{},
		LinkChange{},
		AssessChange{},
		ListUnit{},
		AddEvidence{},
		InitiateUnit{},
		PauseUnit{},
		ResumeUnit{},
		CeaseUnit{},
		StopUnit{},
		LiftStop{},
		MoveUnit{},
		ReturnUnit{},
		OpenRecall{},
		ExtendRecall{},
		TellRecall{},
		CloseRecall{},
		OpenDeviation{},
		AssessDeviation{},
		InvestigateDeviation{},
		ConcludeDeviation{},
		ClassifyDeviation{},
		PlanAction{},
		FinishAction{},
		RuleOnBatch{},
		AcknowledgeDeviation{},
		CloseDeviation{},
		KeepUnit{},
		NameCertifier{},
		EndCertifier{},
		PrintBlank{},
		BindBlank{},
		FinishBlank{},
		CheckBlank{},
		EndBlank{},
		WitnessBlank{},
		DrawSample{},
		LookAtTrail{},
		LeaveTrail{},
		FollowFinding{},
		SetAcknowledgement{},
	}
}

// Lot gives one lot. It is not to be changed.
func (b *Books) Lot(id string) (*Lot, bool) {
	lot, ok := b.lots[id]
	return lot, ok
}

// Lots gives all lots, by number.
func (b *Books) Lots() []*Lot { return sorted(b.lots, func(l *Lot) string { return l.ID }) }

// Machine gives one piece of equipment. It is not to be changed.
func (b *Books) Machine(id string) (*Equipment, bool) {
	m, ok := b.equipment[id]
	return m, ok
}

// Machines gives all equipment, by number.
func (b *Books) Machines() []*Equipment {
	return sorted(b.equipment, func(m *Equipment) string { return m.ID })
}

func sorted[V any](all map[string]V, key func(V) string) []V {
	list := make([]V, 0, len(all))
	for _, v := range all {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b V) int { return cmp.Compare(key(a), key(b)) })
	return list
}

// byCode finds the lot whose label says a code; nil when there is none.
func (b *Books) byCode(code string, now time.Time) *Lot {
	return b.lots[b.codes[Key(code, now)]]
}

// lotNumber is the site's number of a lot that is named by it or by the code
// of its label.
func (b *Books) lotNumber(named string) string {
	for _, lot := range b.lots {
		if lot.Code == Label(named) {
			return lot.ID
		}
	}
	return named
}

// machineNumber is the same for a machine.
func (b *Books) machineNumber(named string) string {
	for _, m := range b.equipment {
		if m.Code == Label(named) && !m.Retired {
			return m.ID
		}
	}
	return named
}

// about says what an act rests on, for who signs it.
func about(b *Books, room, id string, zone *time.Location) []string {
	switch room {
	case "lot", "stock":
		if lot, ok := b.lots[id]; ok {
			return lot.Lines(zone)
		}
	case "recall":
		if r, ok := b.recalls[id]; ok {
			return []string{fmt.Sprintf("Recall %s, of %s: %s.", r.ID, r.Of.Words(), r.Stands())}
		}
	case "blank":
		if f, ok := b.blanks[id]; ok {
			return f.Lines()
		}
	case "sample":
		if s, ok := b.samples[id]; ok {
			return s.Lines()
		}
	case "equipment":
		if m, ok := b.equipment[id]; ok {
			return m.Lines(zone)
		}
	case "readings":
		return b.alarmLines(id)
	case "product":
		if p, ok := b.products[id]; ok {
			return p.Lines(zone)
		}
	case "unit":
		if u, ok := b.units[id]; ok {
			return u.Lines(zone)
		}
	}
	return nil
}

// Lines say what a lot is.
func (l *Lot) Lines(zone *time.Location) []string {
	lines := []string{
		fmt.Sprintf("Lot %s: %s, lot number %s, %s.", l.ID, l.Material, l.Number, l.Status),
		fmt.Sprintf("Came %s, by %s; %s of %s is left.", shown(l.Received.At, zone), l.Document, pieces(l.Left.String()), pieces(l.Quantity.String())),
	}
	if from := l.FromWords(); from != "" {
		lines = append(lines, "It was made of "+from+".")
	}
	for _, code := range l.Donations {
		lines = append(lines, "Donation: "+Visible(code)+".")
	}
	if last := l.Last(); !last.IsZero() {
		lines = append(lines, fmt.Sprintf("May be used until %s.", shown(last, zone)))
	}
	return lines
}

// Lines say what a machine is.
func (m *Equipment) Lines(zone *time.Location) []string {
	lines := []string{fmt.Sprintf("%s: %s (%s), model %s, serial number %s, at %s.", m.ID, m.Title, m.Kind, said(m.Model), said(m.Serial), said(m.Place))}
	for _, state := range []struct {
		what  string
		until time.Time
	}{{"qualified", m.Qualified}, {"calibrated", m.Calibrated}} {
		if !state.until.IsZero() {
			lines = append(lines, fmt.Sprintf("It is %s until %s.", state.what, shown(state.until, zone)))
		}
	}
	if face := m.InForce(); face != nil {
		lines = append(lines, fmt.Sprintf("Its data are accepted under interface %d, with software %s.", face.Number, face.Software))
	}
	if m.Out != "" {
		lines = append(lines, "It is out of service: "+m.Out+".")
	}
	return lines
}

func said(text string) string {
	if text == "" {
		return "not said"
	}
	return text
}

// shown is a moment in site time with its zone (NUM-08).
func shown(at time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return at.In(zone).Format("02 Jan 2006 15:04 MST")
}

// dated is a moment of an entry as words that are the same at every site.
func dated(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return shown(at, time.UTC)
}
