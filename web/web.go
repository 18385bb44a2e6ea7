// Package web is the bedside terminal, the release desk and the pages behind
// them: HTTP and HTML, and no SQL.
//
// It promises:
//   - GET shows and POST does, then the browser is sent on with 303; every page
//     works without script, and script adds scanning, clocks and news of change;
//   - a form carries the version that it was drawn from and an idempotency key:
//     sent twice, or from two tabs, or with the back button, it is done once;
//   - what somebody typed is kept: when a session has ended or a terminal has
//     locked, it is shown again after the password, and nothing is sent unseen;
//   - a page is whole or not there: it is rendered in memory before the first
//     byte is written;
//   - what is shown on the signing sheet is what is signed, line for line.
//
// The threat here is the browser: another site that posts into ours, a script
// smuggled into a name, a page in somebody's frame, a password guessed in a
// loop, a body without end. Cross-origin posts are refused, no script or style
// runs that we did not serve, frames are forbidden, guesses and bodies are
// bounded. A person at an unlocked terminal is not kept out by this room: that
// is why every signature asks for its own password (SIG-06).
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"countersign/web/mail"
	"countersign/web/site"
)

// Options say how the pages are served.
type Options struct {
	// Secure marks cookies Secure and sends HSTS: set it wherever the site is
	// reached by TLS. Leave it false only for plain HTTP on the same machine.
	Secure bool
	// Rate is how many passwords a minute may be tried from one address; 0 for 30.
	Rate int
	// Notice is the site's notice of the day, shown at sign-in; may be empty.
	Notice string
	// ClientAddress tells whose attempts to sign in are counted together. Nil
	// takes the connection's address; behind a proxy, give what reads its header.
	ClientAddress func(*http.Request) string
	// Mail carries the site's mails; nil where none are sent.
	Mail *mail.Courier
	Log  *slog.Logger
}

// Server serves the pages of one site.
type Server struct {
	svc     *site.Service
	options Options
	assets  assets
	pages   pages
	guesses guesses
	checks  *checks
	drafts  *drafts
	news    *news
}

// New gives the handler of every page. It fails only when a template or an
// asset does not hold together.
func New(svc *site.Service, o Options) (http.Handler, error) {
	if svc == nil || o.Log == nil {
		return nil, errors.New("the pages need a site and a log")
	}
	if o.ClientAddress == nil {
		o.ClientAddress = connectionAddress
	}
	found, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("load the pages' assets: %w", err)
	}
	parsed, err := parsePages(found)
	if err != nil {
		return nil, fmt.Errorf("parse the pages: %w", err)
	}
	s := &Server{svc: svc, options: o, assets: found, pages: parsed, guesses: newGuesses(o.Rate), checks: newChecks(), drafts: &drafts{}, news: newNews(svc)}
	return s.guard(s.routes()), nil
}

func connectionAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(pattern string, act action) { mux.Handle(pattern, s.open(act)) }
	signedIn := func(pattern string, act action) { mux.Handle(pattern, s.signedIn(act)) }

	mux.Handle("GET /assets/{name}", s.assets)
	open("/", s.nowhere)
	open("GET /{$}", s.front)
	open("GET /sign-in", s.signInPage)
	open("POST /sign-in", s.signIn)
	open("POST /sign-out", s.signOut)
	open("GET /password", s.passwordPage)
	open("POST /password", s.setPassword)
	open("GET /lock", s.lockPage)
	open("POST /lock", s.lock)
	open("POST /unlock", s.unlock)

	signedIn("GET /batches", s.batchesPage)
	signedIn("GET /batches/new", s.openPage)
	signedIn("POST /batches/new", s.toOpenSheet)
	signedIn("GET /batches/new/sheet", s.openSheet)
	signedIn("GET /batches/{id}", s.overviewPage)
	signedIn("GET /batches/{id}/steps/{step}", s.stepPage)
	signedIn("POST /batches/{id}/do", s.do)
	signedIn("GET /batches/{id}/wrong", s.wrongPage)
	signedIn("GET /batches/{id}/set-out", s.setOutPage)
	signedIn("GET /batches/{id}/kept", s.keptPage)
	signedIn("POST /kept", s.handIn)
	open("GET /reached", s.reached)
	signedIn("GET /batches/{id}/sign", s.sheetPage)
	signedIn("POST /batches/{id}/sign", s.toSheet)
	signedIn("GET /batches/{id}/signed", s.backToBatch)
	signedIn("POST /batches/{id}/signed", s.sign)
	signedIn("GET /batches/{id}/do", s.backToBatch)
	signedIn("GET /batches/{id}/review", s.reviewPage)
	signedIn("GET /batches/{id}/shift", s.shiftPage)
	signedIn("GET /batches/{id}/trail", s.batchTrail)
	signedIn("GET /batches/{id}/record.pdf", s.recordPDF)
	signedIn("GET /batches/{id}/custody", s.custodyPage)
	signedIn("GET /batches/{id}/afterwards", s.afterwardsPage)
	signedIn("GET /batches/{id}/redline", s.redlinePage)
	signedIn("POST /batches/{id}/redline", s.doRedline)
	signedIn("GET /batches/{id}/labels", s.ofBatch(s.showLabels))
	signedIn("POST /batches/{id}/labels", s.doOn("/labels", labelCommand, s.showLabels))
	signedIn("GET /batches/{id}/labels/{printing}/pdf", s.labelFile("pdf"))
	signedIn("GET /batches/{id}/labels/{printing}/zpl", s.labelFile("zpl"))
	signedIn("GET /batches/{id}/wristband.pdf", s.wristband)
	signedIn("GET /batches/{id}/materials", s.ofBatch(s.showAccounts))
	signedIn("POST /batches/{id}/materials", s.doOn("/materials", accountCommand, s.showAccounts))
	mux.Handle("GET /events", s.listening(s.events))
	for _, list := range workLists() {
		signedIn("GET "+list.path, s.workPage(list))
	}
	signedIn("GET /batches/{id}/events", s.events)
	signedIn("GET /close-calls", s.closeCallsPage)
	signedIn("GET /certified", s.certifiedPage)
	signedIn("GET /unlicensed-supply", s.suppliedPage)

	signedIn("GET /protocols", s.protocolsPage)
	signedIn("GET /protocols/submit", s.submitPage)
	signedIn("POST /protocols/submit", s.submitProtocol)
	signedIn("GET /protocols/{name}/{version}", s.protocolPage)
	signedIn("GET /protocols/read", s.readPage)
	signedIn("GET /protocols/sign", s.protocolSheet)
	signedIn("POST /protocols/sign", s.toProtocolSheet)
	signedIn("GET /protocols/signed", s.toProtocols)
	signedIn("POST /protocols/signed", s.signProtocol)
	signedIn("GET /protocols/{name}/trail", s.protocolTrail)

	signedIn("GET /products", s.productsPage)
	signedIn("GET /products/{code}", s.productPage)
	signedIn("GET /products/{code}/trail", s.productTrail)
	signedIn("GET /units", s.unitsPage)
	signedIn("GET /units/{id}", s.unitPage)
	signedIn("GET /units/{id}/trail", s.unitTrail)
	signedIn("GET /samples", s.samplesPage)
	signedIn("GET /samples/{id}", s.samplePage)
	signedIn("GET /samples/{id}/trail", s.sampleTrail)
	signedIn("GET /samples/{id}/report.pdf", s.samplePDF)
	signedIn("GET /registers/sign", s.registerSheet)
	signedIn("POST /registers/sign", s.toRegisterSheet)
	signedIn("POST /registers/signed", s.signRegister)
	signedIn("GET /stock", s.stockPage)
	signedIn("GET /stock/receive", s.receivePage)
	signedIn("GET /stock/pool", s.poolPage)
	signedIn("GET /stock/{lot}/split", s.splitPage)
	signedIn("GET /stock/materials", s.materialsPage)
	signedIn("GET /stock/materials/new", s.materialPage)
	signedIn("GET /stock/{lot}", s.lotPage)
	signedIn("GET /stock/{lot}/trail", s.lotTrail)
	signedIn("GET /equipment", s.equipmentPage)
	signedIn("GET /equipment/new", s.newMachinePage)
	signedIn("GET /equipment/scanner", s.scannerPage)
	signedIn("POST /equipment/scanner", s.scannerPage)
	signedIn("GET /equipment/{id}", s.machinePage)
	signedIn("GET /equipment/{id}/trail", s.machineTrail)
	signedIn("GET /equipment/{id}/data", s.machineData)
	signedIn("GET /equipment/{id}/data/trail", s.machineDataTrail)
	signedIn("GET /equipment/{id}/data/{interface}/{number}/file", s.rawFile)
	signedIn("GET /stock/sign", s.stockSheet)
	signedIn("POST /stock/sign", s.toStockSheet)
	signedIn("GET /stock/signed", s.toStock)
	signedIn("POST /stock/signed", s.signStock)

	signedIn("GET /people", s.peoplePage)
	signedIn("GET /people/new", s.newPersonPage)
	signedIn("POST /people/new", s.registerPerson)
	signedIn("GET /people/{id}", s.personPage)
	signedIn("POST /people/{id}/do", s.actOnPerson)
	signedIn("GET /people/{id}/trail", s.personTrail)

	signedIn("GET /deviations", s.deviationsPage)
	signedIn("GET /deviations/new", s.newDeviationPage)
	signedIn("GET /deviations/{id}", s.deviationPage)
	signedIn("GET /deviations/{id}/trail", s.deviationTrail)

	signedIn("GET /blanks", s.blanksPage)
	signedIn("POST /blanks", s.printBlank)
	signedIn("GET /blanks/{id}", s.blankPage)
	signedIn("GET /blanks/{id}/trail", s.blankTrail)
	signedIn("GET /blanks/{id}/sheets.pdf", s.blankPDF)
	signedIn("GET /blanks/{id}/scan", s.blankScan)
	signedIn("POST /blanks/{id}/scan", s.scanBlank)

	signedIn("GET /mails", s.mailsPage)
	signedIn("GET /trace", s.tracePage)
	signedIn("GET /trends", s.trendsPage)
	signedIn("GET /trends.pdf", s.trendsPDF)
	signedIn("GET /recalls", s.recallsPage)
	signedIn("GET /recalls/new", s.newRecallPage)
	signedIn("GET /recalls/sign", s.recallSheet)
	signedIn("POST /recalls/sign", s.toRecallSheet)
	signedIn("GET /recalls/signed", s.toRecalls)
	signedIn("POST /recalls/signed", s.signRecall)
	signedIn("GET /recalls/{id}", s.recallPage)

	signedIn("POST /clock", s.moveClock)
	signedIn("GET /log", s.logPage)
	signedIn("POST /log/verify", s.verifyLog)
	signedIn("GET /log/verify/{check}", s.verifyPage)
	signedIn("GET /log/verify/{check}/events", s.verifyEvents)
	return mux
}
