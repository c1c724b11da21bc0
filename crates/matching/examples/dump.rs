//! Dump.
use oikos_matching::*;
fn main() {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string("/tmp/nb.tsv").unwrap().lines() {
        let f: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let kind = match f[0].as_str() { "Person" => EntityKind::Person, "Vessel" => EntityKind::Vessel, _ => EntityKind::Organisation };
        rows.push((kind, calibrate::Labelled { features: name_features(kind, &f[1], &f[2]), same: f[3] == "true" }, f[4].parse::<u32>().unwrap(), f));
    }
    for seed in 0..5u32 {
        let (mut tp, mut fp, mut fne) = (0, 0, 0);
        for fold in 0..10u32 {
            let inside = |g: u32| (g.wrapping_mul(0x9e3779b1).wrapping_add(seed.wrapping_mul(0x85ebca6b)) >> 7) % 10 == fold;
            for person in [true, false] {
                let train: Vec<_> = rows.iter().filter(|r| (r.0 == EntityKind::Person) == person && !inside(r.2)).map(|r| r.1.clone()).collect();
                let w = calibrate::fit(&train);
                let bits = |l: &calibrate::Labelled| w.base + l.features.iter().zip(&w.bits).map(|(a, b)| a * b).sum::<f32>();
                let f1 = |t: f32| { let (mut tp, mut e) = (0f32, 0f32); for l in &train { let p = bits(l) >= t; if p && l.same { tp += 1. } else if p != l.same { e += 1. } } 2. * tp / (2. * tp + e) };
                let t = (-15..10).map(|n| n as f32 / 10.0).max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap();
                for r in rows.iter().filter(|r| (r.0 == EntityKind::Person) == person && inside(r.2)) {
                    let p = bits(&r.1) >= t;
                    if p && r.1.same { tp += 1 } else if p { fp += 1; if seed==0 {eprintln!("FP {} | {} {:.1}", r.3[1], r.3[2], bits(&r.1))} } else if r.1.same { fne += 1; if seed==0 {eprintln!("FN {} | {} {:.1}", r.3[1], r.3[2], bits(&r.1))} }
                }
            }
        }
        println!("{seed} f1 {:.4} tp {tp} fp {fp} fn {fne}", 2.0 * tp as f64 / (2 * tp + fp + fne) as f64);
    }
    for person in [true, false] {
        let train: Vec<_> = rows.iter().filter(|r| (r.0 == EntityKind::Person) == person).map(|r| r.1.clone()).collect();
        let w = calibrate::fit(&train);
        println!("base {:.2}", w.base);
        for f in NameFeature::ALL { println!("    (NameFeature::{f:?}, {:.2}),", w.get(*f)); }
    }
}
