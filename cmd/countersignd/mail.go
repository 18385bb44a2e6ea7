package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"time"

	"countersign/config"
	"countersign/web/mail"
	"countersign/web/post"
	"countersign/web/site"
)

// openMail makes the courier of a site that sends mail; nil for one that sends
// none.
func openMail(cfg config.Config, office *site.Service, now func() time.Time, log *slog.Logger) (*mail.Courier, error) {
	if cfg.Mail.Host == "" {
		return nil, nil
	}
	server := mail.Server{
		Host: cfg.Mail.Host, Port: cfg.Mail.Port, Mode: cfg.Mail.TLS, User: cfg.Mail.User, Password: cfg.Mail.Password.Reveal(), From: cfg.Mail.From,
	}
	if cfg.Mail.CA != "" {
		text, err := os.ReadFile(cfg.Mail.CA)
		if err != nil {
			return nil, fmt.Errorf("read mail.ca: %w", err)
		}
		if server.Roots = x509.NewCertPool(); !server.Roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("mail.ca: %s holds no certificate", cfg.Mail.CA)
		}
	}
	info := office.Info()
	return &mail.Courier{
		Office: office, Server: server, Now: now, Log: log,
		Sender: post.Sender{Origin: info.Origin, Site: info.Name, Unit: info.Unit, Kind: info.Kind, Address: cfg.PublicURL, Zone: info.Location},
	}, nil
}

// carryMail sends mail beside everything else, until it is stopped: then the
// letter that is on its way ends first, and what has not gone is in the log.
func (h *house) carryMail(ctx context.Context) (stop func()) {
	if h.courier == nil {
		return func() {}
	}
	ctx, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.courier.Run(ctx)
	}()
	return func() {
		end()
		<-done
	}
}
