// Verifies a part of a journal that `oikos journal export` wrote, with Go's transparency-log packages and nothing of ours.
//
// Run: GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go FOLDER
// (Debian: apt install golang-go golang-golang-x-mod-dev)
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, doing string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "FAILED: %s: %v\n", doing, err)
		os.Exit(1)
	}
}

func require(ok bool, what string) {
	if !ok {
		check(fmt.Errorf("it does not hold"), what)
	}
}

// tiles reads tiles in the layout of C2SP tlog-tiles, which leaves out the height that Go's paths have.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil && tile.W < 256 {
			// The full tile replaced the partial one.
			full, fullErr := os.ReadFile(filepath.Join(t.folder, strings.Split(path, ".p/")[0]))
			if fullErr == nil {
				bytes, err = full[:tile.W*32], nil
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, bytes)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// cosigner verifies the Ed25519 cosignatures of C2SP tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig[:8]))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) (cosigner, bool) {
	parts := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return cosigner{}, false
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	return cosigner{parts[0], binary.BigEndian.Uint32(id[:4]), ed25519.PublicKey(key[1:])}, true
}

func parseTree(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "the checkpoint's size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "the checkpoint's root")
	var hash tlog.Hash
	copy(hash[:], root)
	return tlog.Tree{N: size, Hash: hash}
}

// leaf reads the commitment of one entry from its bundle: 256 entries of two bytes of length and 32 bytes.
func leaf(folder string, index, size int64) []byte {
	path := strings.Replace(tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}.Path(), "tile/8/0/", "tile/entries/", 1)
	bundle, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		bundle, err = os.ReadFile(filepath.Join(folder, fmt.Sprintf("%s.p/%d", path, size%256)))
	}
	check(err, "the bundle of entry "+strconv.FormatInt(index, 10))
	at := (index % 256) * 34
	require(bundle[at] == 0 && bundle[at+1] == 32, "an entry has 32 bytes")
	return bundle[at+2 : at+34]
}

func field(hash *bytes.Buffer, data []byte) {
	binary.Write(hash, binary.BigEndian, uint64(len(data)))
	hash.Write(data)
}

func main() {
	folder := os.Args[1]
	type statement struct {
		Content struct {
			Node    string   `json:"node"`
			Log     string   `json:"log"`
			Witness []string `json:"witness"`
		} `json:"content"`
	}
	var keys struct {
		Journal   statement            `json:"journal"`
		Witnesses map[string]statement `json:"witnesses"`
	}
	text, err := os.ReadFile(filepath.Join(folder, "keys.json"))
	check(err, "keys.json")
	check(json.Unmarshal(text, &keys), "keys.json")
	verifier, err := note.NewVerifier(keys.Journal.Content.Log)
	check(err, "the journal's key")

	signed, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err, "the checkpoint's signature")
	tree := parseTree(opened.Text)
	reader := tlog.TileHashReader(tree, tiles{folder})
	fmt.Printf("checkpoint of %s: %d entries, signature verifies\n", opened.Sigs[0].Name, tree.N)

	entries, err := os.Open(filepath.Join(folder, "entries.jsonl"))
	check(err, "entries.jsonl")
	lines := bufio.NewScanner(entries)
	lines.Buffer(nil, 1<<20)
	count := 0
	for lines.Scan() {
		var entry struct {
			Index   int64  `json:"index"`
			Content string `json:"content"`
			Salt    string `json:"salt"`
			Erased  bool   `json:"erased"`
		}
		check(json.Unmarshal(lines.Bytes(), &entry), "a line of entries.jsonl")
		if entry.Index >= tree.N {
			continue // entered after the checkpoint
		}
		committed := leaf(folder, entry.Index, tree.N)
		if !entry.Erased {
			salt, err := hex.DecodeString(entry.Salt)
			check(err, "a salt")
			var hashed bytes.Buffer
			for _, data := range [][]byte{[]byte("journal-entry"), salt, []byte(entry.Content)} {
				field(&hashed, data)
			}
			commitment := sha256.Sum256(hashed.Bytes())
			require(bytes.Equal(commitment[:], committed), fmt.Sprintf("entry %d is the one committed to", entry.Index))
		}
		proof, err := tlog.ProveRecord(tree.N, entry.Index, reader)
		check(err, "proving an entry from the tiles")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, entry.Index, tlog.RecordHash(committed)), "an inclusion proof")
		count++
	}
	require(count > 0, "there are entries")
	fmt.Printf("%d entries are in the log\n", count)

	var cosigners []note.Verifier
	for _, witness := range keys.Witnesses {
		for _, vkey := range witness.Content.Witness {
			if cosigner, ok := newCosigner(vkey); ok {
				cosigners = append(cosigners, cosigner)
			}
		}
	}
	kept, _ := os.ReadDir(filepath.Join(folder, "cosigned"))
	for _, file := range kept {
		signed, err := os.ReadFile(filepath.Join(folder, "cosigned", file.Name()))
		check(err, "a cosigned checkpoint")
		own, err := note.Open(signed, note.VerifierList(verifier))
		check(err, "a cosigned checkpoint's own signature")
		cosigned, err := note.Open(signed, note.VerifierList(cosigners...))
		check(err, "a cosigned checkpoint's cosignatures")
		older := parseTree(own.Text)
		if older.N > 0 && older.N < tree.N {
			proof, err := tlog.ProveTree(tree.N, older.N, reader)
			check(err, "proving consistency from the tiles")
			check(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash), "a consistency proof")
		}
		for _, signature := range cosigned.Sigs {
			fmt.Printf("%d entries cosigned by %s\n", older.N, signature.Name)
		}
	}
	fmt.Println("VERIFIED")
}
