package live

import "os"

// An input is a file that nobody else finds. A pipe would hold as much as the kernel
// likes: a program whose writer is killed would take the first half of a script for
// the whole of it.
type input struct {
	*os.File
	// left is the name that is still to be removed.
	left string
}

// inputFile returns content as a file to be read from its start, nil for none.
func inputFile(content []byte) (*input, error) {
	if content == nil {
		return nil, nil
	}
	f, err := os.CreateTemp("", "acl-input-*") // mode 0600
	if err != nil {
		return nil, err
	}
	in := &input{File: f, left: f.Name()}
	if os.Remove(in.left) == nil { // an open file cannot be removed everywhere
		in.left = ""
	}
	if _, err = f.Write(content); err == nil {
		_, err = f.Seek(0, 0)
	}
	if err != nil {
		in.remove()
		return nil, err
	}
	return in, nil
}

func (in *input) remove() {
	_ = in.Close() // it was read, or is of no use
	if in.left != "" {
		_ = os.Remove(in.left)
	}
}
