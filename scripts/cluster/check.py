"""Checks the Kubernetes manifests against their published schemas: python check.py FILE.yaml SCHEMA.json.gz

testdata/mpijob.schema.json.gz is the CRD of kubeflow/mpi-operator v0.6.0 (v2beta1), without descriptions;
testdata/job.schema.json.gz is made from the Go types of k8s.io/api v0.34.1 (batch/v1 Job). In both an object
has no field that its schema does not name.
"""
import gzip
import json
import sys

import jsonschema
import yaml

manifest, schema = sys.argv[1:]
with open(manifest, encoding="utf-8") as f:
    document = yaml.safe_load(f)
with gzip.open(schema) as f:
    validator = jsonschema.Draft7Validator(json.load(f))
errors = [f"{manifest}: {'.'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(document)]
print("\n".join(errors))
sys.exit(bool(errors))
