package identity

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is the empty border that readers need, in modules (ISO/IEC 18004).
const quiet = 4

// QR returns the invitation's text as a picture for a camera, an SVG in black on white that scales to any size.
func (i Invitation) QR() ([]byte, error) {
	code, err := qr.Encode(i.Text(), qr.M, qr.AlphaNumeric)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	var path strings.Builder
	box := code.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if code.At(x, y) != color.Black {
				continue
			}
			from := x
			for x+1 < box.Max.X && code.At(x+1, y) == color.Black {
				x++
			}
			n := x - from + 1
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from-box.Min.X+quiet, y-box.Min.Y+quiet, n, n)
		}
	}
	side := box.Dx() + 2*quiet
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`, side, side, side, side, path.String()), nil
}
