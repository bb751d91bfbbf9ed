package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// tilePath is where the C2SP layout has a tile: tlog's path without the height.
func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// tiles reads a folder for tlog.TileHashReader, which authenticates every tile against the root.
type tiles string

func (folder tiles) Height() int { return height }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		content, err := os.ReadFile(filepath.Join(string(folder), tilePath(tile)))
		if err != nil {
			return nil, err
		}
		read = append(read, content)
	}
	return read, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// readEntries adds the entries of every bundle, and answers them.
func readEntries(folder string, size int64) (kept, [][]byte, error) {
	var hashes kept
	var entries [][]byte
	for first := int64(0); first < size; first += width {
		count := size - first
		if count > width {
			count = width
		}
		path := tilePath(tlog.Tile{H: height, L: -1, N: first / width, W: int(count)})
		rest, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, nil, err
		}
		for within := int64(0); within < count; within++ {
			if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
				return nil, nil, fmt.Errorf("%s: ends in entry %d", path, first+within)
			}
			length := int(binary.BigEndian.Uint16(rest))
			entries = append(entries, rest[2:2+length])
			if err := hashes.add(first+within, rest[2:2+length]); err != nil {
				return nil, nil, err
			}
			rest = rest[2+length:]
		}
		if len(rest) > 0 {
			return nil, nil, fmt.Errorf("%s: more than %d entries", path, count)
		}
	}
	return hashes, entries, nil
}

// checkTiles compares every tile with what the entries give.
func checkTiles(folder string, size int64, hashes kept) (int, error) {
	checked := 0
	for level := 0; size>>(height*uint(level)) > 0; level++ {
		have := size >> (height * uint(level))
		for first := int64(0); first < have; first += width {
			count := have - first
			if count > width {
				count = width
			}
			tile := tlog.Tile{H: height, L: level, N: first / width, W: int(count)}
			right, err := tlog.ReadTileData(tile, hashes)
			if err != nil {
				return 0, err
			}
			found, err := os.ReadFile(filepath.Join(folder, tilePath(tile)))
			if err != nil {
				return 0, err
			}
			if !bytes.Equal(found, right) {
				return 0, fmt.Errorf("%s: is not what the entries give", tilePath(tile))
			}
			checked++
		}
	}
	return checked, nil
}

// checkProof checks one .tlog-proof file, with its own checkpoint, and that tlog makes the same proof out of the tiles.
func checkProof(file, vkey string, entries [][]byte, reader tlog.HashReader) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(content), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 || index >= int64(len(entries)) {
		return errors.New("no such index")
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := parseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	of, err := openCheckpoint([]byte(signed), vkey)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(path, of.size, of.root, index, tlog.RecordHash(entries[index])); err != nil {
		return err
	}
	own, err := tlog.ProveRecord(of.size, index, reader)
	if err != nil {
		return err
	}
	if fmt.Sprint(own) != fmt.Sprint(path) {
		return errors.New("tlog makes another proof")
	}
	return nil
}

// checkTrees checks that older sizes are in this log, by the proofs of trees.jsonl.
func checkTrees(folder string, of checkpoint, hashes kept) (int, error) {
	file, err := os.Open(filepath.Join(folder, "trees.jsonl"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	checked := 0
	for lines := bufio.NewScanner(file); lines.Scan(); checked++ {
		var line struct {
			Old  int64
			Path []tlog.Hash
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return 0, err
		}
		root, err := tlog.TreeHash(line.Old, hashes)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(line.Path, of.size, of.root, line.Old, root); err != nil {
			return 0, fmt.Errorf("trees.jsonl: from %d: %v", line.Old, err)
		}
	}
	return checked, nil
}

func checkLog(folder, vkey string) (string, error) {
	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return "", err
	}
	of, err := openCheckpoint(signed, vkey)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %v", err)
	}
	hashes, entries, err := readEntries(folder, of.size)
	if err != nil {
		return "", err
	}
	root, err := tlog.TreeHash(of.size, hashes)
	if err != nil {
		return "", err
	}
	if root != of.root {
		return "", errors.New("tile/entries: give another root than the checkpoint")
	}
	checkedTiles, err := checkTiles(folder, of.size, hashes)
	if err != nil {
		return "", err
	}
	proofs, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	if err != nil {
		return "", err
	}
	sort.Strings(proofs)
	reader := tlog.TileHashReader(tlog.Tree{N: of.size, Hash: of.root}, tiles(folder))
	for _, proof := range proofs {
		if err := checkProof(proof, vkey, entries, reader); err != nil {
			return "", fmt.Errorf("%s: %v", filepath.Base(proof), err)
		}
	}
	trees, err := checkTrees(folder, of, hashes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("good: %d entries, %d tiles, %d records, %d trees", len(entries), checkedTiles, len(proofs), trees), nil
}
