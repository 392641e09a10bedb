//! Two small locks for the tests of recipes: one contains the other.

use pyiron_lock_core::SourceFile;
use pyiron_lock_lockfile::{AnyLock, open};

const PARENT: &str = "\
version: 6
environments:
  default:
    channels:
    - url: https://conda.example.org/forge/
    packages:
      linux-64:
      - conda: https://conda.example.org/forge/linux-64/libzlib-1.3-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/openssl-3.6-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/python-3.12.1-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/pip-circle-1.0-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/openmpi-5.0.1-h_0.conda
packages:
- conda: https://conda.example.org/forge/linux-64/libzlib-1.3-h_0.conda
  sha256: a111111111111111111111111111111111111111111111111111111111111111
  depends: []
  license: MIT
  size: 100
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/openssl-3.6-h_0.conda
  sha256: a222222222222222222222222222222222222222222222222222222222222222
  depends: [libzlib]
  license: MIT
  size: 3000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/python-3.12.1-h_0.conda
  sha256: a333333333333333333333333333333333333333333333333333333333333333
  depends: [libzlib, openssl, pip-circle]
  license: MIT
  size: 9000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/pip-circle-1.0-h_0.conda
  sha256: a444444444444444444444444444444444444444444444444444444444444444
  depends: [python]
  license: MIT
  size: 50
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/openmpi-5.0.1-h_0.conda
  sha256: a555555555555555555555555555555555555555555555555555555555555555
  depends: [libzlib]
  license: MIT
  size: 4000
  timestamp: 1700000000000
";

const CHILD: &str = "\
version: 6
environments:
  default:
    channels:
    - url: https://conda.example.org/forge/
    packages:
      linux-64:
      - conda: https://conda.example.org/forge/linux-64/libzlib-1.3-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/openssl-3.6-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/python-3.12.1-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/pip-circle-1.0-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/openmpi-5.0.1-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/numpy-2.3-h_0.conda
      - conda: https://conda.example.org/forge/linux-64/jupyterhub-base-5.4-h_0.conda
packages:
- conda: https://conda.example.org/forge/linux-64/libzlib-1.3-h_0.conda
  sha256: a111111111111111111111111111111111111111111111111111111111111111
  depends: []
  license: MIT
  size: 100
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/openssl-3.6-h_0.conda
  sha256: a222222222222222222222222222222222222222222222222222222222222222
  depends: [libzlib]
  license: MIT
  size: 3000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/python-3.12.1-h_0.conda
  sha256: a333333333333333333333333333333333333333333333333333333333333333
  depends: [libzlib, openssl, pip-circle]
  license: MIT
  size: 9000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/pip-circle-1.0-h_0.conda
  sha256: a444444444444444444444444444444444444444444444444444444444444444
  depends: [python]
  license: MIT
  size: 50
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/openmpi-5.0.1-h_0.conda
  sha256: a555555555555555555555555555555555555555555555555555555555555555
  depends: [libzlib]
  license: MIT
  size: 4000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/numpy-2.3-h_0.conda
  sha256: a666666666666666666666666666666666666666666666666666666666666666
  depends: [python]
  license: MIT
  size: 7000
  timestamp: 1700000000000
- conda: https://conda.example.org/forge/linux-64/jupyterhub-base-5.4-h_0.conda
  sha256: a777777777777777777777777777777777777777777777777777777777777777
  depends: [python]
  license: MIT
  size: 700
  timestamp: 1700000000000
";

fn read(text: &str) -> AnyLock {
    open(&SourceFile::new("sample.lock", text)).unwrap().remove(0)
}

/// The lock of the lower tier, with two records that need each other.
pub(in super::super) fn chain_parent() -> AnyLock {
    read(PARENT)
}

/// The lock of the upper tier: two records more.
pub(in super::super) fn chain_child() -> AnyLock {
    read(CHILD)
}
