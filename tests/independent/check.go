// Checks a contact log with the packages that Go's own checksum database uses (sumdb/note, sumdb/tlog), and makes one
// for our verifier to check. Nothing of ours is in it: files and proofs are read as the C2SP documents lay them out.
//
//	check log FOLDER VKEY     the whole folder: note, entries, tiles, proofs/*.tlog-proof, trees.jsonl
//	check note FILE VKEY...   one signed note, by keys of logs and of witnesses
//	check make NAME SIZE OLD  a key, a signed checkpoint and proofs, as JSON lines
//
// It prints "good: ..." and ends with 0, or "bad: PLACE: why" and ends with 1. Never asked about an empty log: this
// version of tlog gives that another root than RFC 6962 does.
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func parseHash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	bytes, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) != len(hash) {
		return hash, errors.New("not a hash")
	}
	copy(hash[:], bytes)
	return hash, nil
}

// openCheckpoint believes only what the key signed.
func openCheckpoint(bytes []byte, vkey string) (checkpoint, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return checkpoint{}, err
	}
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return checkpoint{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return checkpoint{}, err
	}
	root, err := parseHash(lines[2])
	return checkpoint{lines[0], size, root}, err
}

// kept is every hash of a tree in the order in which tlog stores them.
type kept []tlog.Hash

func (hashes kept) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for place, index := range indexes {
		if index >= int64(len(hashes)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[place] = hashes[index]
	}
	return found, nil
}

func (hashes *kept) add(index int64, record []byte) error {
	more, err := tlog.StoredHashes(index, record, *hashes)
	*hashes = append(*hashes, more...)
	return err
}

func checkNote(file string, vkeys []string) (string, error) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var verifiers []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := newVerifier(vkey)
		if err != nil {
			return "", err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(bytes, note.VerifierList(verifiers...))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("good: %d signatures hold, %d are of others", len(opened.Sigs), len(opened.UnverifiedSigs)), nil
}

// makeLog signs a log of its own, whose record number n is "record n".
func makeLog(name string, size, old int64) error {
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return err
	}
	var hashes kept
	for index := int64(0); index < size; index++ {
		if err := hashes.add(index, []byte(fmt.Sprintf("record %d", index))); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", name, size, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]string{"vkey": public, "note": string(signed)}); err != nil {
		return err
	}
	for index := int64(0); index < size; index++ {
		path, err := tlog.ProveRecord(size, index, hashes)
		if err != nil {
			return err
		}
		if err := out.Encode(map[string]interface{}{"index": index, "path": path}); err != nil {
			return err
		}
	}
	for older := old; older <= size; older++ {
		path, err := tlog.ProveTree(size, older, hashes)
		if err != nil {
			return err
		}
		root, err := tlog.TreeHash(older, hashes)
		if err != nil {
			return err
		}
		line := map[string]interface{}{"old": older, "root": root, "path": path}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func run(words []string) (string, error) {
	switch {
	case len(words) == 3 && words[0] == "log":
		return checkLog(words[1], words[2])
	case len(words) >= 3 && words[0] == "note":
		return checkNote(words[1], words[2:])
	case len(words) == 4 && words[0] == "make":
		size, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return "", err
		}
		old, err := strconv.ParseInt(words[3], 10, 64)
		if err != nil {
			return "", err
		}
		return "", makeLog(words[1], size, old)
	}
	return "", errors.New("usage: check log FOLDER VKEY | note FILE VKEY... | make NAME SIZE OLD")
}

func main() {
	verdict, err := run(os.Args[1:])
	if err != nil {
		fmt.Println("bad:", err)
		os.Exit(1)
	}
	if verdict != "" {
		fmt.Println(verdict)
	}
}
