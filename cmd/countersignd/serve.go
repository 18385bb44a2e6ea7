package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"countersign/config"
)

func (p *program) serveCommand() *cobra.Command {
	return p.configured(&cobra.Command{Use: "serve", Short: "Serve a founded site"},
		func(ctx context.Context, cfg config.Config) error {
			log := p.logger(cfg)
			d, err := openDatabase(ctx, cfg, log)
			if err != nil {
				return err
			}
			defer d.stop()
			h, err := openHouse(ctx, cfg, d, wiring{now: time.Now, log: log, durable: true})
			if err != nil {
				return err
			}
			defer h.close()
			stopMail := h.carryMail(ctx)
			defer stopMail()
			listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen)
			if err != nil {
				return fmt.Errorf("listen: %w", err)
			}
			fmt.Fprintf(p.out, "%s is open at %s\n", cfg.Site.Name, cfg.PublicURL)
			return serve(ctx, listener, h.handler, cfg, log)
		})
}

// Bounds of one connection. Reading a form takes seconds; an answer may be a
// large record, and server-sent events set their own deadlines.
const (
	headerTime   = 10 * time.Second
	requestTime  = 60 * time.Second
	idleTime     = 2 * time.Minute
	maxHeader    = 64 << 10
	farewellTime = 10 * time.Second
)

// serve answers until ctx ends, then lets running requests finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, cfg config.Config, log *slog.Logger) error {
	// Long-lived answers end with the daemon, not with its patience.
	base, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext: func(net.Listener) context.Context { return base },
	}
	failed := make(chan error, 1)
	go func() {
		if cfg.TLS.Certificate != "" {
			failed <- server.ServeTLS(listener, cfg.TLS.Certificate, cfg.TLS.Key)
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	server.RegisterOnShutdown(end)
	farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	if err := server.Shutdown(farewell); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}
