//! Files of records, whole, torn and damaged.

use tempfile::TempDir;

use super::*;

const MAX_BYTES: u64 = 4_096;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("readings.outbox");
    (folder, path)
}

fn id(sequence: u32) -> RecordId {
    RecordId {
        series: 7,
        sequence,
    }
}

fn payload(sequence: u32) -> Vec<u8> {
    (0..sequence % 50).map(|at| (at + sequence) as u8).collect()
}

/// The records from the oldest on, which are taken out.
fn drain(disk: &mut Disk) -> Vec<u32> {
    let mut records = Vec::new();
    let mut buf = [0; 4_096];
    while let Some(stored) = disk.oldest(&mut buf).unwrap() {
        let sequence = stored.id.sequence;
        assert_eq!(
            (stored.id, &buf[..stored.len]),
            (id(sequence), &payload(sequence)[..])
        );
        records.push(sequence);
        disk.remove_oldest().unwrap();
    }
    assert!(disk.is_empty());
    records
}

/// The records, which stay: to take one out is to sync the file.
fn records(disk: &mut Disk) -> Vec<u32> {
    let places = disk.records.clone();
    let read = |place: &Place| {
        let mut read = vec![0; place.len];
        read_at(&mut disk.file, place.at, &mut read).unwrap();
        assert_eq!(read, payload(place.id.sequence));
        place.id.sequence
    };
    places.iter().map(read).collect()
}

#[test]
fn records_outlive_the_process_in_their_order() {
    let (_folder, path) = folder();
    for sequence in 0..10 {
        let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
        disk.append(id(sequence), &payload(sequence)).unwrap();
        if sequence % 3 == 2 {
            disk.remove_oldest().unwrap();
        }
    }
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    assert_eq!(disk.len(), 7);
    assert_eq!(drain(&mut disk), [3, 4, 5, 6, 7, 8, 9]);
    drop(disk);
    assert!(Disk::open(&path, MAX_BYTES).unwrap().is_empty());
}

/// A file to which records were added and from which some were taken, and for each length that it had
/// after a call what was in it.
fn history() -> (Vec<u8>, Vec<(usize, Vec<u32>)>) {
    let (_folder, path) = folder();
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    let mut states = vec![(HEADER_LEN, Vec::new())];
    let mut records = Vec::new();
    for sequence in 20..30 {
        disk.append(id(sequence), &payload(sequence)).unwrap();
        records.push(sequence);
        states.push((disk.end as usize, records.clone()));
        if sequence % 2 == 1 {
            disk.remove_oldest().unwrap();
            records.remove(0);
            states.push((disk.end as usize, records.clone()));
        }
    }
    (fs::read(&path).unwrap(), states)
}

#[test]
fn a_file_that_is_torn_anywhere_has_what_was_finished_before() {
    let (whole, states) = history();
    let (_folder, path) = folder();
    for len in HEADER_LEN..=whole.len() {
        // Cut off, or as long as it was to be with nothing, or anything, in it.
        for filler in [None, Some(0), Some(0xff), Some(0x5a)] {
            let mut torn = whole[..len].to_vec();
            if let Some(filler) = filler {
                torn.resize(len + 40, filler);
            }
            // What fills it up may be just what was to be there.
            let same = torn.iter().zip(&whole).take_while(|(a, b)| a == b);
            let same = same.count();
            let state = states.iter().rfind(|state| state.0 <= same).unwrap();
            fs::write(&path, &torn).unwrap();
            let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
            // What comes next is read as well.
            disk.append(id(99), &payload(99)).unwrap();
            drop(disk);
            let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
            let expected = [&state.1[..], &[99]].concat();
            assert_eq!(records(&mut disk), expected, "{len} {filler:?}");
        }
    }
}

#[test]
fn a_file_without_its_beginning_is_an_error_that_names_it() {
    let (whole, _) = history();
    let (_folder, path) = folder();
    for len in 0..HEADER_LEN {
        fs::write(&path, &whole[..len]).unwrap();
        let error = Disk::open(&path, MAX_BYTES).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{} is no file of records", path.display())
        );
        assert_eq!(fs::read(&path).unwrap(), &whole[..len]);
    }
    let mut newer = whole;
    newer[15] = b'2';
    fs::write(&path, newer).unwrap();
    let error = Disk::open(&path, MAX_BYTES).unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[test]
fn a_damaged_entry_costs_itself_alone() {
    let (whole, states) = history();
    let last = states.last().unwrap();
    let (_folder, path) = folder();
    for at in HEADER_LEN..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).unwrap();
        let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
        let records = records(&mut disk);
        // The last word that a record was taken out, or one record.
        let lost = last.1.iter().filter(|record| !records.contains(record));
        let back = records.iter().filter(|record| !last.1.contains(record));
        assert!(lost.count() + back.count() <= 1, "{at}: {records:?}");
        assert!(records.is_sorted(), "{at}: {records:?}");
    }
}

#[test]
fn an_old_file_s_entries_are_none_of_this_one() {
    let (whole, _) = history();
    let (_folder, path) = folder();
    drop(Disk::open(&path, MAX_BYTES).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(&whole[HEADER_LEN..]);
    fs::write(&path, bytes).unwrap();
    assert!(Disk::open(&path, MAX_BYTES).unwrap().is_empty());
}

#[test]
fn a_full_file_says_so_and_has_room_again() {
    let (_folder, path) = folder();
    let mut disk = Disk::open(&path, 100).unwrap();
    let longest = 100 - Disk::OVERHEAD;
    assert_eq!(
        disk.append(id(0), &vec![0; longest + 1]),
        Err(AppendError::TooLong { max: longest })
    );
    for sequence in 0..5 {
        disk.append(id(sequence), b"").unwrap();
    }
    assert_eq!(disk.append(id(5), b""), Err(AppendError::Full));
    disk.remove_oldest().unwrap();
    assert_eq!(disk.append(id(5), b"a"), Err(AppendError::Full));
    assert_eq!(disk.append(id(5), b""), Ok(()));
    let small = disk.oldest(&mut []);
    assert_eq!(small, Ok(Some(Stored { id: id(1), len: 0 })));
    assert_eq!(
        Disk::open(path.with_extension("small"), 3)
            .unwrap()
            .append(id(0), b""),
        Err(AppendError::TooLong { max: 0 })
    );
}

#[test]
fn a_file_stays_small_however_many_records_pass_through() {
    let (_folder, path) = folder();
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    let mut longest = 0;
    for sequence in 0..1_600 {
        disk.append(id(sequence), &payload(sequence)).unwrap();
        if disk.len() > 10 {
            disk.remove_oldest().unwrap();
        }
        longest = longest.max(fs::metadata(&path).unwrap().len());
    }
    assert!(
        longest > SLACK / 2 && longest <= 2 * MAX_BYTES + SLACK,
        "{longest}"
    );
    drop(disk);
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    assert_eq!(drain(&mut disk), Vec::from_iter(1_590..1_600));
}

#[test]
fn what_a_killed_process_left_beside_the_file_is_in_nobodys_way() {
    let (_folder, path) = folder();
    fs::write(with_suffix(&path, ".new"), "half a copy").unwrap();
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    disk.append(id(0), b"").unwrap();
    fs::write(with_suffix(&path, ".new"), "half a copy").unwrap();
    disk.compact().unwrap();
    assert_eq!(drain(&mut disk), [0]);
}

#[test]
fn a_second_process_is_kept_out() {
    let (_folder, path) = folder();
    let disk = Disk::open(&path, MAX_BYTES).unwrap();
    let error = Disk::open(&path, MAX_BYTES).unwrap_err();
    assert!(error.is_busy());
    assert!(
        error.to_string().contains("readings.outbox open"),
        "{error}"
    );
    drop(disk);
    assert!(Disk::open(&path, MAX_BYTES).is_ok());
}

#[test]
fn a_file_that_cannot_be_made_is_an_error_that_names_it() {
    let (folder, _) = folder();
    let error = Disk::open(folder.path().join("no/such"), MAX_BYTES).unwrap_err();
    assert!(error.to_string().contains("no/such"), "{error}");
    fs::create_dir(folder.path().join("a-folder")).unwrap();
    let error = Disk::open(folder.path().join("a-folder"), MAX_BYTES).unwrap_err();
    assert!(error.to_string().contains("a-folder"), "{error}");
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    let mut disk = Disk::open(&path, MAX_BYTES).unwrap();
    disk.append(id(0), b"").unwrap();
    disk.compact().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
