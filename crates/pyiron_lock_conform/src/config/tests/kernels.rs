//! Texts for kernels.

use super::{Input, Pair, input};
use crate::config::{ConfigKind, codes::*};

const PLACE: &str = "/opt/p/share/jupyter/kernels/pyiron-2026/kernel.json";
const ENV: &str = "\"CONDA_PREFIX\": \"/opt/p\", \"PYTHONNOUSERSITE\": \"1\"";
const ARGV: &str = "\"/opt/p/bin/python\", \"-m\", \"ipykernel_launcher\", \"-f\", \"{connection_file}\"";

fn whole(name: &'static str, text: &str) -> Input {
    input(ConfigKind::Kernel, name, text)
}

fn kernel(argv: &str, env: &str, more: &str) -> Input {
    let text = format!(
        "{{\n \"argv\": [{argv}],\n \"display_name\": \"x\",\n \"env\": {{{env}}},\n \"language\": \"python\"{more}\n}}\n"
    );
    whole(PLACE, &text)
}

fn flux() -> String {
    format!(
        "\"/opt/p/bin/flux\", \"start\", {}",
        ARGV.replace("python", "python3")
    )
}

pub(super) fn pairs() -> Vec<Pair> {
    let pair = |code, fails, passes| Pair { code, fails, passes };
    let good = || kernel(ARGV, ENV, "");
    let env = |more: &str| kernel(ARGV, &format!("{ENV}, {more}"), "");
    let mode = |mode: &str| kernel(ARGV, ENV, &format!(", \"interrupt_mode\": {mode}"));
    let of =
        |prefix: &str, said: &str| kernel(&ARGV.replace("/opt/p", prefix), &ENV.replace("/opt/p", said), "");
    let text = |language: &str| {
        whole(
            PLACE,
            &format!("{{\"argv\": [{ARGV}], \"display_name\": \"x\", \"language\": \"{language}\"}}"),
        )
    };
    let none = "\"argv\": \"x\", \"display_name\": \"x\", \"language\": \"python\"";
    vec![
        pair(KERNEL_NOT_JSON, kernel(ARGV, ENV, ","), good()),
        pair(KERNEL_KEY_MISSING, whole(PLACE, "{}"), good()),
        pair(KERNEL_KEY_MISSING, whole(PLACE, &format!("{{{none}}}")), good()),
        pair(KERNEL_KEY_MISSING, kernel("", ENV, ""), good()),
        pair(
            KERNEL_CONNECTION_FILE,
            kernel("\"/opt/p/bin/python\"", ENV, ""),
            good(),
        ),
        pair(KERNEL_LANGUAGE, text("Python"), text("python")),
        pair(KERNEL_INTERRUPT_MODE, mode("\"x\""), mode("\"message\"")),
        pair(
            KERNEL_NAME,
            whole("k/py iron/kernel.json", "{}"),
            whole("kernel.json", "{}"),
        ),
        pair(
            KERNEL_PROGRAM_MISSING,
            good().missing(&["/opt/p/bin/python"]),
            good(),
        ),
        pair(
            KERNEL_PROGRAM_MISSING,
            kernel(&flux(), ENV, "").missing(&["/opt/p/bin/python3"]),
            kernel(&flux(), ENV, ""),
        ),
        pair(
            KERNEL_PYTHON_RELATIVE,
            kernel("\"python\", \"{connection_file}\"", ENV, ""),
            good(),
        ),
        pair(KERNEL_PREFIX_MISSING, kernel(ARGV, "", ""), good()),
        pair(
            KERNEL_PREFIX_MISSING,
            kernel(&flux(), "", ""),
            kernel("\"/opt/p/wrap\", \"{connection_file}\"", "", ""),
        ),
        pair(KERNEL_PREFIX_DIFFERS, of("/opt/p", "/opt/q"), good()),
        pair(KERNEL_PREFIX_DIFFERS, of("/opt/q", "/opt/q"), good()),
        pair(
            KERNEL_PATH_ORDER,
            env("\"PATH\": \"/usr/bin:/opt/p/bin\""),
            env("\"PATH\": \"/opt/p/bin:${PATH}\""),
        ),
        pair(
            KERNEL_USER_SITE,
            kernel(ARGV, "\"CONDA_PREFIX\": \"/opt/p\"", ""),
            good(),
        ),
        pair(
            KERNEL_SECRET,
            env("\"A\": \"${JUPYTERHUB_API_TOKEN}\""),
            env("\"A\": \"${HOME}\""),
        ),
        pair(
            KERNEL_SECRET,
            env("\"DB_PASSWORD\": \"x\""),
            env("\"DB_PASSWORD\": \"\""),
        ),
        pair(
            KERNEL_SECRET,
            kernel(&format!("{ARGV}, \"${{DB_PASS}}\""), ENV, ""),
            good(),
        ),
        pair(
            KERNEL_PACKAGE_MISSING,
            good().locked(&["python 3.12"]),
            good().locked(&["ipykernel 7.0"]),
        ),
        pair(
            KERNEL_PACKAGE_MISSING,
            kernel(&flux(), ENV, "").locked(&["ipykernel 7.0"]),
            good().locked(&["ipykernel 7.0"]),
        ),
    ]
}

#[test]
fn sound_kernels_are_silent() {
    assert_eq!(kernel(ARGV, ENV, "").seen(), [""; 0]);
    assert_eq!(
        kernel(&flux(), ENV, "")
            .locked(&["ipykernel 7.0", "flux-core 0.84.0"])
            .seen(),
        [""; 0]
    );
}

#[test]
fn variables_of_pyiron_in_a_kernel_are_checked_too() {
    let env = format!("{ENV},\n\"PYIRONSQLHOST\": \"h\", \"PYIRONDISABLE\": \"true\"");
    let seen = kernel(ARGV, &env, "").seen();
    assert_eq!(
        seen,
        [
            "5: pyiron-key-unknown",
            "5: pyiron-file-ignored",
            "5: pyiron-boolean"
        ]
    );
}
