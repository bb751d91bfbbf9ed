package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// cosigner is the key of a witness, which this version of sumdb/note does not know: C2SP tlog-cosignature, type 4.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (witness cosigner) Name() string { return witness.name }

func (witness cosigner) KeyHash() uint32 { return witness.hash }

// Verify checks 8 bytes of time and 64 of signature.
func (witness cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
	return ed25519.Verify(witness.key, append([]byte(head), text...), signature[8:])
}

func newVerifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return note.NewVerifier(vkey)
	}
	sum := sha256.Sum256([]byte(parts[0] + "\n" + string(key)))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the id of the key is not its own")
	}
	return cosigner{parts[0], hash, key[1:]}, nil
}
