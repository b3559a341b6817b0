//! All contests by criterion: `cargo bench --manifest-path tests/bench/Cargo.toml`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use snow_token_bench::contests;

fn host(criterion: &mut Criterion) {
    for mut contest in contests() {
        let mut group = criterion.benchmark_group(contest.what);
        for contender in contest.contenders() {
            group.bench_function(contender.name, |bencher| {
                bencher.iter(|| {
                    (contender.work)(&mut |output| {
                        black_box(output);
                    });
                });
            });
        }
    }
}

criterion_group!(benches, host);
criterion_main!(benches);
