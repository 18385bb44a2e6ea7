package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets/dist assets/src/app.js assets/src/kept.js assets/src/icon.svg
var assetFiles embed.FS

// asset is one file under its lasting name: the name changes with the
// content, so that a browser may keep it for good.
type asset struct {
	name, kind string
	body       []byte
}

// assets finds files by the name in a template ("app.css") and by the name in
// an address ("app.3f2a….css").
type assets struct {
	byName, byAddress map[string]asset
}

// loadAssets reads what was compiled into the program. A program built without
// the style sheet still serves every page, plainly.
func loadAssets() (assets, error) {
	found := assets{byName: map[string]asset{}, byAddress: map[string]asset{}}
	for _, file := range []string{"assets/dist/app.css", "assets/src/app.js", "assets/src/kept.js", "assets/src/icon.svg"} {
		body, err := assetFiles.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(file, ".css") {
			continue
		}
		if err != nil {
			return assets{}, err
		}
		sum := sha256.Sum256(body)
		base, extension := path.Base(file), path.Ext(file)
		one := asset{
			name: strings.TrimSuffix(base, extension) + "." + hex.EncodeToString(sum[:8]) + extension,
			kind: mime.TypeByExtension(extension), body: body,
		}
		found.byName[base], found.byAddress[one.name] = one, one
	}
	return found, nil
}

// address gives the address of a file, or "" when it was not compiled in.
func (a assets) address(name string) string {
	one, ok := a.byName[name]
	if !ok {
		return ""
	}
	return "/assets/" + one.name
}

// ServeHTTP gives one asset, to be kept for a year.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one, ok := a.byAddress[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", one.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if _, err := w.Write(one.body); err != nil {
		return // the browser has gone
	}
}
