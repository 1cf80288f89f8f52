package identity

// The two symbols that end a recovery code make it a word of a Reed-Solomon code over the field of 32 elements: the
// symbols c, read as a polynomial, have the roots 1 and x. Any two wrong symbols are noticed, and one wrong symbol says
// where it is.

// powers holds x^i of the field with x^5 = x^2 + 1, logs the other way round.
var powers, logs = func() (p [31]byte, l [32]byte) {
	v := byte(1)
	for i := range p {
		p[i], l[v] = v, byte(i) //nolint:gosec // below 31
		if v <<= 1; v&32 != 0 {
			v ^= 0b100101
		}
	}
	return p, l
}()

func mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return powers[(int(logs[a])+int(logs[b]))%31]
}

func div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return powers[(int(logs[a])-int(logs[b])+31)%31]
}

// sums returns the sum of the symbols, and the sum of each times x to its place.
func sums(s [codeSymbols]byte) (plain, placed byte) {
	for i, v := range s {
		plain ^= v
		placed ^= mul(v, powers[i])
	}
	return plain, placed
}

// protect sets the last two symbols so that both sums are zero.
func protect(s *[codeSymbols]byte) {
	const a, b = codeData, codeData + 1
	s[a], s[b] = 0, 0
	plain, placed := sums(*s)
	// s[a] + s[b] = plain and x^a s[a] + x^b s[b] = placed
	s[b] = div(placed^mul(plain, powers[a]), powers[a]^powers[b])
	s[a] = plain ^ s[b]
}

// findError reports whether a code is right. If one symbol alone is wrong, at is its place; if that cannot be, at is
// -codeGroup, which is group 0.
func findError(s [codeSymbols]byte) (at int, ok bool) {
	plain, placed := sums(s)
	if plain == 0 && placed == 0 {
		return 0, true
	}
	if plain != 0 && placed != 0 {
		if at := int(logs[div(placed, plain)]); at < codeSymbols {
			return at, false
		}
	}
	return -codeGroup, false
}
