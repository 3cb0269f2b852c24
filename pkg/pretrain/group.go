package pretrain

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/ranks"
	"llmjp.internal/modernbert/pkg/train"
)

// writer tells whether this process is the one that writes the run's folder
// and speaks to the user: rank 0.
func (s *session) writer() bool { return s.opt.Ranks.Rank() == 0 }

// silence takes from the options of a rank other than 0 what rank 0 does.
func (o *Options) silence() {
	o.Report, o.Progress, o.Evaluated, o.DumpBatches = nil, nil, nil, ""
}

// inTurn runs do on rank 0, then on the others, so that what it makes in a
// folder that the hosts share is made once. An error of one rank is one of all.
func (s *session) inTurn(do func() error) error {
	var err error
	if s.writer() {
		err = do()
	}
	if err = s.opt.Ranks.Agree(err); err != nil {
		return err
	}
	if !s.writer() {
		err = do()
	}
	return s.opt.Ranks.Agree(err)
}

// launched is what all ranks of a run have to be started with.
type launched struct {
	Settings  Settings
	Steps     int
	StartOnly bool
	Devices   int
}

// sameLaunch returns an error where ranks were started with different settings
// or numbers of steps and devices. It names both hosts and what differs.
func (s *session) sameLaunch() error {
	own, err := json.Marshal(launched{s.settings, s.opt.Steps, s.opt.StartOnly, s.opt.Devices})
	if err != nil {
		return err
	}
	all, err := s.opt.Ranks.Gather(string(own))
	if err != nil {
		return err
	}
	for rank, text := range all {
		if text == all[0] {
			continue
		}
		if !s.writer() {
			return ranks.ErrElsewhere
		}
		var other launched
		if err := json.Unmarshal([]byte(text), &other); err != nil {
			return fmt.Errorf("%s was started by another version of this program (%w): install the same on all hosts", s.opt.Ranks.Name(rank), err)
		}
		lines := other.Settings.Diff(s.settings)
		if other.Steps != s.opt.Steps || other.StartOnly != s.opt.StartOnly {
			lines = append(lines, fmt.Sprintf("--steps %d (was %d)", other.Steps, s.opt.Steps))
		}
		if other.Devices != s.opt.Devices {
			lines = append(lines, fmt.Sprintf("--devices %d (was %d)", other.Devices, s.opt.Devices))
		}
		return fmt.Errorf("%s was started with other settings than %s: %s; start all with the same command", s.opt.Ranks.Name(rank), s.opt.Ranks.Name(0), strings.ReplaceAll(strings.Join(lines, ", "), "(was ", "(there "))
	}
	return nil
}

// same returns an error where a digest differs between ranks; remedy says what
// to do about it.
func (s *session) same(what, digest, remedy string) error {
	err := s.opt.Ranks.Same(what, digest)
	if err != nil && s.writer() {
		return fmt.Errorf("%w: %s", err, remedy)
	}
	return err
}

// sameOrigin compares what the ranks train on and start from.
func (s *session) sameOrigin() error {
	for _, of := range []struct{ what, digest, remedy string }{
		{"the digest of the training text's tokens", s.origin.Corpus, "every host needs the same text and tokenizer"},
		{"the digest of the model's config", s.origin.Config, "every host needs the same --init"},
		{"the digest of --init's weights", s.origin.Start, "every host needs the same --init"},
	} {
		if err := s.same(of.what, of.digest, of.remedy); err != nil {
			return err
		}
	}
	return nil
}

// watch sets how long a rank waits for the others from now on. Before training
// they wait for rank 0's tokenization, which may take hours.
func (s *session) watch() {
	s.opt.Ranks.SetPatience(time.Duration(s.settings.WatchdogSeconds) * time.Second)
}

// broadcast gives rank 0's state and the step of its last evaluation to all
// ranks. On the others state holds the weights of step 0.
func (s *session) broadcast(state *train.State) error {
	numbers := make([]byte, 16)
	if s.writer() {
		binary.LittleEndian.PutUint64(numbers, uint64(state.Updates))
		binary.LittleEndian.PutUint64(numbers[8:], uint64(s.logged))
	}
	if err := s.opt.Ranks.Broadcast(numbers); err != nil {
		return err
	}
	state.Updates = int(binary.LittleEndian.Uint64(numbers))
	s.at, s.logged = state.Updates, int(int64(binary.LittleEndian.Uint64(numbers[8:])))
	if state.Updates > 0 && !s.writer() {
		state.First, state.Second = model.Values{}, model.Values{}
		for _, p := range s.params {
			state.First[p.Name], state.Second[p.Name] = make([]float32, p.Size()), make([]float32, p.Size())
		}
	}
	lists := []model.Values{state.Weights}
	if state.Updates > 0 {
		lists = append(lists, state.First, state.Second)
	}
	for _, values := range lists {
		for _, p := range s.params {
			if err := s.opt.Ranks.BroadcastFloats(values[p.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}
